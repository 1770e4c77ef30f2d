// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "byte_buffer.hpp"

namespace gcrisk::io {

// Bit i is byte i of 64.
struct CsvBits {
  std::uint64_t cells = 0;   // separators and line ends
  std::uint64_t lines = 0;   // line ends
  std::uint64_t quotes = 0;  // only where they were asked for
};

// What stands in the 64 bytes at `bytes`, all of which must be readable.
template <bool kQuotes>
inline CsvBits csv_bits(const char* bytes, char separator) {
  namespace hn = hwy::HWY_NAMESPACE;
  constexpr std::size_t kBlock = 64;
  const hn::CappedTag<std::uint8_t, kBlock> d;
  const auto is = [&](auto v, char c) {
    return hn::Eq(v, hn::Set(d, static_cast<std::uint8_t>(c)));
  };
  const auto packed = [&](auto mask, std::size_t at) {
    std::array<std::uint8_t, 8> bytes_of_mask{};
    hn::StoreMaskBits(d, mask, bytes_of_mask.data());
    std::uint64_t bits = 0;
    std::memcpy(&bits, bytes_of_mask.data(), bytes_of_mask.size());
    return bits << at;
  };
  CsvBits out;
  for (std::size_t at = 0; at < kBlock; at += hn::Lanes(d)) {
    const auto v = hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(bytes) + at);
    const auto is_line = is(v, '\n');
    out.lines |= packed(is_line, at);
    out.cells |= packed(hn::Or(is(v, separator), is_line), at);
    if constexpr (kQuotes) out.quotes |= packed(is(v, '"'), at);
  }
  return out;
}

// Bit i: an odd number of the bits 0 to i is set. Of quotes: byte i is inside, if all were outside
// before; the quote that opens counts as inside, the one that closes as outside.
inline std::uint64_t inside_of(std::uint64_t quotes) {
  for (int step = 1; step < 64; step *= 2) quotes ^= quotes << step;
  return quotes;
}

// How quotes stand in a text that begins with a row.
struct QuoteLook {
  bool any = false;
  // Every quote that opens stands at the beginning of a cell; then what is inside follows from
  // counting quotes. A quote in the middle of a cell is a letter like others and makes it false.
  bool regular = true;
  bool open = false;            // the last one that opens is not closed
  bool has_lines = false;       // a cell holds a line end; of a regular text
  std::size_t end_of_rows = 0;  // behind the last line end that is not inside
};

// Tab-separated text has no quotes.
QuoteLook look_at_quotes(const ByteBuffer& text, char separator);

}  // namespace gcrisk::io
