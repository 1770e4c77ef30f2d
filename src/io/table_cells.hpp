// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
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
// The same for everything: exponents, infinities, more digits than a double holds.
NumberKind parse_cell_slowly(std::string_view cell, bool decimal_comma, double& value);

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

  std::size_t n_rows() const noexcept { return n_rows_; }
  std::size_t n_cells() const noexcept { return n_cells_; }
  std::string_view cell(std::size_t row, std::size_t column) const {
    const std::size_t at = row * n_cells_ + column;
    return is_regular_ ? between(ends_[at], ends_[at + 1]) : cells_[at];
  }
  // Offset in the text where the row begins.
  std::size_t row_begin(std::size_t row) const {
    return is_regular_ ? begin_ + ends_[row * n_cells_] : row_begins_[row];
  }
  std::uint64_t n_skipped() const noexcept { return n_skipped_; }

 private:
  struct Failure {
    std::size_t offset;
    std::string finding;
    std::string hint;
  };
  // Most blocks are regular: no quote, no comment, and as many separators a row as the header
  // has. Then it is enough to note where cells end, found many bytes at a time. False otherwise.
  bool tokenise_regular(std::string_view block, const Dialect& dialect);
  // The general way, cell by cell.
  bool tokenise(std::string_view text,
                std::size_t begin,
                std::size_t end,
                const Dialect& dialect,
                Failure& failure);
  // The cell between two ends, without the spaces around it.
  std::string_view between(std::uint32_t before, std::uint32_t end) const {
    const char* from = text_ + before;
    const char* to = text_ + end - 1;
    while (from < to && *from == ' ') ++from;
    while (to > from && (to[-1] == ' ' || to[-1] == '\r')) --to;
    return {from, static_cast<std::size_t>(to - from)};
  }
  [[noreturn]] static void fail(const std::string& place, const Failure& failure);

  std::size_t n_cells_;
  std::size_t n_rows_ = 0;
  bool is_regular_ = false;
  const char* text_ = nullptr;           // of the block
  std::size_t begin_ = 0;                // of the block in the whole text
  std::vector<std::uint32_t> ends_;      // one past the separator behind each cell; 0 in front
  std::vector<std::string_view> cells_;  // of a block that is not regular
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
  text_ = text.data() + begin;
  begin_ = begin;
  is_regular_ = tokenise_regular(text.substr(begin, end - begin), dialect);
  if (is_regular_) return;
  Failure failure;
  if (!tokenise(text, begin, end, dialect, failure)) fail(place(failure.offset), failure);
}

// The cells of one row of any length, as owned texts: for the header.
std::vector<std::string> split_row(std::string_view row, const Dialect& dialect);

inline constexpr std::array<double, 23> kPowersOfTen = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
inline constexpr std::uint64_t kExactIntegers = std::uint64_t{1} << 53;

inline NumberKind parse_cell(std::string_view cell, bool decimal_comma, double& value) {
  const char* at = cell.data();
  const char* const end = at + cell.size();
  if (at == end) return NumberKind::kNone;
  const bool negative = *at == '-';
  if (negative || *at == '+') ++at;
  const char point = decimal_comma ? ',' : '.';

  const char* const digits = at;
  std::uint64_t mantissa = 0;
  while (at != end && static_cast<unsigned char>(*at - '0') < 10) {
    mantissa = mantissa * 10 + static_cast<unsigned char>(*at - '0');
    ++at;
  }
  const auto n_whole = static_cast<std::size_t>(at - digits);
  if (n_whole > 1 && *digits == '0') return NumberKind::kNone;
  if (at == end) {
    if (n_whole == 0 || n_whole > 18 || mantissa > kExactIntegers) return NumberKind::kNone;
    value = negative ? -static_cast<double>(mantissa) : static_cast<double>(mantissa);
    // +1 and -0 are amounts: nobody codes yes and no like that.
    const bool plain = *cell.data() != '+' && !(negative && mantissa == 0);
    return plain ? NumberKind::kInteger : NumberKind::kFraction;
  }
  if (*at == point) {
    const char* const fraction = ++at;
    while (at != end && static_cast<unsigned char>(*at - '0') < 10) {
      mantissa = mantissa * 10 + static_cast<unsigned char>(*at - '0');
      ++at;
    }
    const auto n_fraction = static_cast<std::size_t>(at - fraction);
    if (n_whole + n_fraction == 0) return NumberKind::kNone;
    // Both operands are exact below these bounds, so that one division rounds correctly.
    if (at == end && n_whole + n_fraction <= 18 && mantissa <= kExactIntegers) {
      const double magnitude = static_cast<double>(mantissa) / kPowersOfTen[n_fraction];
      value = negative ? -magnitude : magnitude;
      return NumberKind::kFraction;
    }
  }
  return parse_cell_slowly(cell, decimal_comma, value);
}

}  // namespace gcrisk::io
