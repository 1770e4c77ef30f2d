// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gcrisk::clinical {

enum class FieldType { kNumber, kInteger, kBoolean, kCategory, kDate, kText };

// What one column is: a Frictionless Table Schema field plus unit (UCUM), code system and code,
// and where the column came from. This is the row of `<prefix>.dictionary.json` that a user edits.
struct Field {
  std::string name;
  FieldType type = FieldType::kNumber;
  std::string title;
  std::string description;
  std::string unit;         // UCUM; empty: none
  std::string code_system;  // http://loinc.org
  std::string code;
  std::string source;                      // file and column
  std::vector<std::string> missing_codes;  // beyond NA, NaN, "." and the empty cell
  std::vector<std::string> levels;         // of kCategory, in order; kBoolean: {false, true}
  bool ordered = false;                    // levels have a natural order
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::string date_format;  // of kDate: "%Y-%m-%d" unless stated
  std::string role;         // "", "feature", "ignore"
};

// One typed column. Numbers, integers, booleans (0/1) and dates (days since 1970-01-01) are
// doubles with NaN for missing; categories are indices into field.levels with -1 for missing;
// texts are kept as they are, missing as an empty text.
struct Column {
  Field field;
  std::vector<double> numbers;
  std::vector<std::int32_t> codes;
  std::vector<std::string> texts;

  bool is_numeric() const {
    return field.type != FieldType::kCategory && field.type != FieldType::kText;
  }
  bool is_missing(std::size_t row) const;
  std::size_t n_rows() const;
};

// One row a person: sample IDs and typed columns of equal length.
class Table {
 public:
  Table() = default;
  explicit Table(std::vector<std::string> ids) : ids_(std::move(ids)) {}

  std::size_t n_rows() const noexcept { return ids_.size(); }
  std::size_t n_columns() const noexcept { return columns_.size(); }
  const std::vector<std::string>& ids() const noexcept { return ids_; }
  const std::vector<Column>& columns() const noexcept { return columns_; }
  std::vector<Column>& columns() noexcept { return columns_; }
  const Column* find(std::string_view name) const;
  // MismatchError naming the nearest columns where there is none.
  const Column& column(std::string_view name) const;

  // MismatchError when the length differs or the name is taken.
  void add(Column column);
  void remove(std::string_view name);

  Table select_rows(std::span<const std::uint32_t> rows) const;

 private:
  std::vector<std::string> ids_;
  std::vector<Column> columns_;
};

std::string_view to_string(FieldType type);  // number, integer, boolean, category, date, string

// Days since 1970-01-01 of an ISO 8601 date ("2020-03-01", also the date of a date-time), and back.
std::optional<double> parse_date(std::string_view text);
std::string format_date(double days);

// The cell as people read it: NA for missing, whole numbers in full, others with 6 significant
// digits.
std::string format_cell(const Column& column, std::size_t row);

}  // namespace gcrisk::clinical
