// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "table_dialect.hpp"

namespace gcrisk::io {

// What a cell reads as when nobody said what it is.
enum class NumberKind : std::uint8_t { kNone, kInteger, kFraction };

// The cell as a number. 007 is none (a code, whose zeros mean something), nor is a whole number
// that a double cannot hold exactly. inf is a number, nan is not.
NumberKind parse_cell(std::string_view cell, bool decimal_comma, double& value);

// The cells of some whole rows, row by row, quotes taken away, spaces around unquoted cells too.
class CellBlock {
 public:
  // Reads text[begin, end), which starts and ends on row boundaries. `n_cells` a row.
  // `place(offset)` gives "file:line" for messages. MalformedError where a row has more or fewer.
  template <typename Place>
  CellBlock(std::string_view text,
            std::size_t begin,
            std::size_t end,
            const Dialect& dialect,
            std::size_t n_cells,
            const Place& place);

  std::size_t n_rows() const noexcept { return row_begins_.size(); }
  std::size_t n_cells() const noexcept { return n_cells_; }
  std::string_view cell(std::size_t row, std::size_t column) const {
    return cells_[row * n_cells_ + column];
  }
  // Offset in the text where the row begins.
  std::size_t row_begin(std::size_t row) const { return row_begins_[row]; }
  std::uint64_t n_skipped() const noexcept { return n_skipped_; }

 private:
  struct Failure {
    std::size_t offset;
    std::string finding;
    std::string hint;
  };
  bool tokenise(std::string_view text,
                std::size_t begin,
                std::size_t end,
                const Dialect& dialect,
                Failure& failure);
  [[noreturn]] static void fail(const std::string& place, const Failure& failure);

  std::size_t n_cells_;
  std::vector<std::string_view> cells_;
  std::vector<std::size_t> row_begins_;
  std::deque<std::string> unescaped_;  // cells that hold doubled quotes
  std::uint64_t n_skipped_ = 0;        // blank lines and comments
};

template <typename Place>
CellBlock::CellBlock(std::string_view text,
                     std::size_t begin,
                     std::size_t end,
                     const Dialect& dialect,
                     std::size_t n_cells,
                     const Place& place)
    : n_cells_(n_cells) {
  Failure failure;
  if (!tokenise(text, begin, end, dialect, failure)) fail(place(failure.offset), failure);
}

// The cells of one row of any length, as owned texts: for the header.
std::vector<std::string> split_row(std::string_view row, const Dialect& dialect);

}  // namespace gcrisk::io
