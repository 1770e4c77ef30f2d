// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gcrisk/clinical/table.hpp"
#include "table_cells.hpp"

namespace gcrisk::io {

// What is known of a column before its cells are read.
struct ColumnPlan {
  clinical::Field field;
  bool is_stated = false;            // the type comes from a dictionary, and is not inferred
  bool as_words = false;             // cells are kept as words whatever they look like
  std::vector<std::string> missing;  // beyond NA, NaN, "." and the empty cell

  bool is_missing(std::string_view cell) const;
};

// The cells of a column as indices into its different words; -1 is missing.
struct Words {
  std::vector<std::string> words;  // in order of first appearance
  std::vector<std::int32_t> codes;

  void add(std::string_view word);
  void add_missing() { codes.push_back(-1); }
  // Takes `other` behind the own rows.
  void append(const Words& other);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  std::int32_t code_of(std::string_view word);
  // Codes of words met lately, by a hash of their first bytes: columns have few different words.
  std::vector<std::int32_t> recent_ = std::vector<std::int32_t>(kRecent, -1);
  static constexpr std::size_t kRecent = 256;
  std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> index_;
};

// One column of one block of rows: numbers, or words where a cell is none.
struct ColumnPiece {
  bool all_integers = true;  // of the cells that are not missing
  bool all_zero_one = true;
  bool any_value = false;
  std::unique_ptr<Words> words;  // null: `numbers` holds the cells
  // First row of the block that is no number in a column that must hold numbers.
  std::size_t refused_row = std::string_view::npos;
};

ColumnPiece convert_column(const CellBlock& block,
                           std::size_t column,
                           const ColumnPlan& plan,
                           bool decimal_comma,
                           double* numbers);
Words collect_words(const CellBlock& block, std::size_t column, const ColumnPlan& plan);

// Turns words into the column that they are: boolean, date, category or text as the plan says, or
// as the words look. `refused` receives the first word that does not fit a stated type.
clinical::Column column_of_words(Words words,
                                 const ColumnPlan& plan,
                                 std::string* refused = nullptr);

// A date in a strptime pattern of %Y %m %d %y %b %H %M %S; days since 1970-01-01.
std::optional<double> parse_date_as(std::string_view text, std::string_view pattern);

}  // namespace gcrisk::io
