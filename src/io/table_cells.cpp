// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "table_cells.hpp"

#include <hwy/highway.h>

#include <array>
#include <bit>
#include <cstring>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::io {

namespace {

constexpr std::size_t kChunk = 64;

// Bit i: byte i of 64 is a separator or a line end.
std::uint64_t find_ends(const std::uint8_t* bytes, char separator, char line_end) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::CappedTag<std::uint8_t, kChunk> d;
  const auto a = hn::Set(d, static_cast<std::uint8_t>(separator));
  const auto b = hn::Set(d, static_cast<std::uint8_t>(line_end));
  std::uint64_t found = 0;
  for (std::size_t at = 0; at < kChunk; at += hn::Lanes(d)) {
    const auto v = hn::LoadU(d, bytes + at);
    std::uint64_t bits = 0;
    std::array<std::uint8_t, 8> packed{};
    hn::StoreMaskBits(d, hn::Or(hn::Eq(v, a), hn::Eq(v, b)), packed.data());
    std::memcpy(&bits, packed.data(), packed.size());
    found |= bits << at;
  }
  return found;
}

}  // namespace

NumberKind parse_cell_slowly(std::string_view cell, bool decimal_comma, double& value) {
  std::string with_point;
  if (decimal_comma) {
    if (cell.find('.') != std::string_view::npos) return NumberKind::kNone;
    with_point = cell;
    for (char& c : with_point) {
      if (c == ',') c = '.';
    }
    cell = with_point;
  }
  const auto parsed = base::parse_number(cell);
  if (!parsed) return NumberKind::kNone;
  value = *parsed;
  return NumberKind::kFraction;
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
  n_rows_ = row_begins_.size();
  return true;
}

bool CellBlock::tokenise_regular(std::string_view block, const Dialect& dialect) {
  const bool fits = block.size() < UINT32_MAX && !block.empty();
  if (!fits || dialect.separator == ' ' || dialect.has_comments) return false;
  if (dialect.has_quotes && block.find('"') != std::string_view::npos) return false;

  ends_.resize(block.size() / 2 + 2 * kChunk);
  std::uint32_t* out = ends_.data();
  *out++ = 0;
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(block.data());
  const std::size_t whole = block.size() - block.size() % kChunk;
  for (std::size_t at = 0; at < whole; at += kChunk) {
    // More ends than half the bytes: cells are mostly empty, which the general way reads too.
    if (out > ends_.data() + ends_.size() - kChunk - 2) return false;
    std::uint64_t found = find_ends(bytes + at, dialect.separator, dialect.line_end);
    while (found != 0) {
      *out++ =
          static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(std::countr_zero(found)) + 1;
      found &= found - 1;
    }
  }
  for (std::size_t at = whole; at < block.size(); ++at) {
    if (out > ends_.data() + ends_.size() - 2) return false;
    if (block[at] == dialect.separator || block[at] == dialect.line_end) {
      *out++ = static_cast<std::uint32_t>(at) + 1;
    }
  }
  // The last row of the file may lack its line end.
  if (block.back() != dialect.line_end) *out++ = static_cast<std::uint32_t>(block.size()) + 1;
  ends_.resize(static_cast<std::size_t>(out - ends_.data()));

  const std::size_t n_ends = ends_.size() - 1;
  if (n_ends % n_cells_ != 0) return false;
  const char line_end = dialect.line_end;
  for (std::size_t row = 0; row < n_ends / n_cells_; ++row) {
    const std::uint32_t* const of_row = ends_.data() + row * n_cells_ + 1;
    for (std::size_t c = 0; c + 1 < n_cells_; ++c) {
      if (block[of_row[c] - 1] == line_end) return false;
    }
    const std::size_t last = of_row[n_cells_ - 1] - 1;
    if (last < block.size() && block[last] != line_end) return false;
    // With one column an empty line is a cell; the general way knows that it is none.
    if (n_cells_ == 1 && base::trim(block.substr(of_row[-1], last - of_row[-1])).empty()) {
      return false;
    }
  }
  n_rows_ = n_ends / n_cells_;
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
