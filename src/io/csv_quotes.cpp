// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "csv_quotes.hpp"

#include <algorithm>
#include <bit>
#include <string_view>

namespace gcrisk::io {

namespace {

constexpr std::size_t kBlock = 64;

// The same byte by byte, for a text with quotes in the middle of cells.
QuoteLook look_slowly(std::string_view text, char separator) {
  QuoteLook out{.any = true, .regular = false};
  bool at_cell_start = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (out.open) {
      if (c != '"') continue;
      if (i + 1 < text.size() && text[i + 1] == '"') {
        ++i;
      } else {
        out.open = false;
      }
      continue;
    }
    out.open = c == '"' && at_cell_start;
    if (c == '\n') out.end_of_rows = i + 1;
    at_cell_start = c == separator || c == '\n';
  }
  return out;
}

}  // namespace

QuoteLook look_at_quotes(const ByteBuffer& bytes, char separator) {
  const std::string_view text = bytes.view();
  if (separator == '\t' || text.find('"') == std::string_view::npos) {
    const auto newline = text.rfind('\n');
    return {.end_of_rows = newline == std::string_view::npos ? 0 : newline + 1};
  }
  QuoteLook out{.any = true};
  std::uint64_t inside_before = 0;  // all bits or none
  std::uint64_t may_open = 1;       // the first byte of this block
  for (std::size_t at = 0; at < text.size(); at += kBlock) {
    CsvBits bits = csv_bits<true>(text.data() + at, separator);
    const std::size_t left = std::min(text.size() - at, kBlock);
    if (left < kBlock) {
      const std::uint64_t mask = (std::uint64_t{1} << left) - 1;
      bits = {bits.cells & mask, bits.lines & mask, bits.quotes & mask};
    }
    const std::uint64_t inside = inside_of(bits.quotes) ^ inside_before;
    // A cell begins behind a separator; behind a quote that closes, a quote makes both one of two.
    const std::uint64_t before_cell = bits.cells | (bits.quotes & ~inside);
    const std::uint64_t opening = bits.quotes & inside;
    if ((opening & ~(before_cell << 1 | may_open)) != 0) return look_slowly(text, separator);
    const std::uint64_t rows = bits.lines & ~inside;
    if (rows != 0) out.end_of_rows = at + kBlock - static_cast<std::size_t>(std::countl_zero(rows));
    out.has_lines = out.has_lines || (bits.lines & inside) != 0;
    out.open = (inside >> (left - 1) & 1) != 0;
    may_open = before_cell >> (kBlock - 1);
    inside_before = 0 - (inside >> (kBlock - 1));
  }
  return out;
}

}  // namespace gcrisk::io
