// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "table_cells.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::io {

namespace {

constexpr std::array<double, 23> kPowersOfTen = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::uint64_t kExactIntegers = std::uint64_t{1} << 53;

NumberKind parse_slowly(std::string_view cell, double& value) {
  // Only what begins like a number, or is an infinity, is worth a try.
  const auto parsed = base::parse_number(cell);
  if (!parsed) return NumberKind::kNone;
  value = *parsed;
  return NumberKind::kFraction;
}

}  // namespace

NumberKind parse_cell(std::string_view cell, bool decimal_comma, double& value) {
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
  if (decimal_comma) {
    if (cell.find('.') != std::string_view::npos) return NumberKind::kNone;
    std::string with_point(cell);
    for (char& c : with_point) {
      if (c == ',') c = '.';
    }
    return parse_slowly(with_point, value);
  }
  return parse_slowly(cell, value);
}

bool CellBlock::tokenise(std::string_view text,
                         std::size_t begin,
                         std::size_t end,
                         const Dialect& dialect,
                         Failure& failure) {
  const char* const base = text.data();
  const char* at = base + begin;
  const char* const stop = base + end;
  const char separator = dialect.separator;
  const char line_end = dialect.line_end;
  const bool runs = separator == ' ';
  cells_.reserve((end - begin) / 6 + n_cells_);

  // Characters at which an unquoted cell may end.
  std::array<bool, 256> special{};
  special[static_cast<unsigned char>(separator)] = true;
  special[static_cast<unsigned char>(line_end)] = true;
  if (runs) special[static_cast<unsigned char>('\t')] = true;
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };

  while (at < stop) {
    const char* const row = at;
    const std::size_t first_cell = cells_.size();
    bool blank = true;
    if (dialect.has_comments && *at == '#') {
      while (at < stop && *at != line_end) ++at;
      at += at < stop;
      ++n_skipped_;
      continue;
    }
    while (true) {  // one cell a turn
      while (at < stop && (runs ? is_space(*at) : *at == ' ' && separator != ' ')) ++at;
      if (runs && (at == stop || *at == line_end || *at == '\r')) {
        while (at < stop && *at != line_end) ++at;
        at += at < stop;
        break;
      }
      std::string_view cell;
      if (at < stop && *at == '"') {
        const char* const opened = at++;
        bool escaped = false;
        const char* const content = at;
        while (true) {
          while (at < stop && *at != '"') ++at;
          if (at == stop) {
            failure = {static_cast<std::size_t>(opened - base),
                       "a quote opens here and is never closed",
                       "close it, or double it: \"\""};
            return false;
          }
          if (at + 1 < stop && at[1] == '"') {
            escaped = true;
            at += 2;
            continue;
          }
          break;
        }
        cell = {content, static_cast<std::size_t>(at - content)};
        ++at;
        while (at < stop && !special[static_cast<unsigned char>(*at)] &&
               (*at == ' ' || *at == '\r')) {
          ++at;
        }
        if (at < stop && !special[static_cast<unsigned char>(*at)]) {
          failure = {static_cast<std::size_t>(opened - base),
                     std::string("'") + *at +
                         "' stands behind a closing quote, expected the "
                         "end of the cell",
                     "a quote inside a quoted cell is written twice: \"\""};
          return false;
        }
        if (escaped) {
          std::string plain;
          for (std::size_t i = 0; i < cell.size(); ++i) {
            plain += cell[i];
            if (cell[i] == '"') ++i;
          }
          cell = unescaped_.emplace_back(std::move(plain));
        }
        blank = false;
      } else {
        const char* const from = at;
        while (at < stop && !special[static_cast<unsigned char>(*at)]) ++at;
        const char* to = at;
        while (to > from && (to[-1] == ' ' || to[-1] == '\r')) --to;
        cell = {from, static_cast<std::size_t>(to - from)};
        blank = blank && cell.empty();
      }
      cells_.push_back(cell);
      if (at == stop) break;
      const char ended_by = *at++;
      if (ended_by == line_end) break;
    }
    std::size_t found = cells_.size() - first_cell;
    if (blank && found <= 1 && !(n_cells_ == 1 && found == 1 && !blank)) {
      cells_.resize(first_cell);
      ++n_skipped_;
      continue;
    }
    // A separator at the end of each row makes one empty cell too many.
    if (found == n_cells_ + 1 && cells_.back().empty()) {
      cells_.pop_back();
      --found;
    }
    if (found != n_cells_) {
      const std::string more = found > n_cells_ ? "more" : "fewer";
      failure = {static_cast<std::size_t>(row - base),
                 "the row has " + std::to_string(found) + (found == 1 ? " cell, " : " cells, ") +
                     more + " than the header's " + std::to_string(n_cells_),
                 found > n_cells_ ? "put cells that hold the separator into double quotes"
                                  : "write a missing value as NA; is the file complete?"};
      return false;
    }
    row_begins_.push_back(static_cast<std::size_t>(row - base));
  }
  return true;
}

void CellBlock::fail(const std::string& place, const Failure& failure) {
  throw base::MalformedError(place + ": " + failure.finding, failure.hint);
}

std::vector<std::string> split_row(std::string_view row, const Dialect& dialect) {
  // The header of a block that is exactly one row long has the number of cells that it has.
  std::vector<std::string> out;
  std::size_t at = 0;
  const bool runs = dialect.separator == ' ';
  const auto ends = [&](char c) {
    return c == dialect.separator || c == dialect.line_end || (runs && c == '\t');
  };
  while (at <= row.size()) {
    while (at < row.size() && (row[at] == ' ' || (runs && row[at] == '\t'))) ++at;
    if (runs && (at == row.size() || row[at] == dialect.line_end || row[at] == '\r')) break;
    std::string cell;
    if (at < row.size() && row[at] == '"') {
      ++at;
      while (at < row.size()) {
        if (row[at] == '"') {
          if (at + 1 >= row.size() || row[at + 1] != '"') break;
          ++at;
        }
        cell += row[at++];
      }
      ++at;
      while (at < row.size() && !ends(row[at])) ++at;
    } else {
      const std::size_t from = at;
      while (at < row.size() && !ends(row[at])) ++at;
      cell = base::trim(row.substr(from, at - from));
    }
    out.push_back(std::move(cell));
    if (at >= row.size() || row[at] == dialect.line_end) break;
    ++at;
  }
  return out;
}

}  // namespace gcrisk::io
