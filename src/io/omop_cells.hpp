// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "csv_pieces.hpp"
#include "gcrisk/clinical/time.hpp"

namespace gcrisk::io::omop {

inline constexpr int kFirstYear = 1850;
inline constexpr int kLastYear = 2200;

// What is wrong with a row; whoever reads the file adds the place.
struct BadRow {
  std::string message;
};

// The cells of the row at which `rows` stands, as values. A column that a file lacks is like a
// column of empty cells. BadRow for a cell that is no such value.
class RowCells {
 public:
  using Column = std::optional<std::size_t>;
  explicit RowCells(const CsvRows& rows) : rows_(rows) {}

  std::string_view text(const Column& column) const {  // empty: missing
    if (!column) return {};
    const std::string_view text = rows_[*column];
    // What begins and ends with a digit needs no closer look.
    if (text.empty() || (is_digit(text.front()) && is_digit(text.back()))) return text;
    return look_closer(text);
  }
  // A 64-bit whole number, also as pandas writes a column with gaps (12.0); 0 where there is none.
  std::int64_t integer(const Column& column) const {
    const std::string_view text = this->text(column);
    constexpr std::size_t kSurelyFits = 18;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (i == kSurelyFits || !is_digit(text[i])) return long_integer(*column, text);
      value = 10 * value + (text[i] - '0');
    }
    return value;
  }
  // The exact time, else the date. Midnight is what those write who know the day only.
  clinical::Time time(const Column& date, const Column& datetime) const;

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static std::string_view look_closer(std::string_view text);
  static std::int64_t long_integer(std::size_t column, std::string_view text);
  static clinical::Time parse(std::size_t column, std::string_view text);
  const CsvRows& rows_;
};

}  // namespace gcrisk::io::omop
