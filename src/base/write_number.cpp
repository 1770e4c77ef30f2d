// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "gcrisk/base/text.hpp"

namespace gcrisk::base {

namespace {

// Digits are put together in a word and stored at once: its lowest byte is the first character.
static_assert(std::endian::native == std::endian::little);

// The character `c` as the i-th of a word.
constexpr std::uint64_t character(char c, int i) {
  return static_cast<std::uint64_t>(static_cast<unsigned char>(c)) << 8 * i;
}

// Where six digits lie in a number without an exponent: `begin` characters of "0.0000…", digits
// selected by `whole`, the point (none within the zeros), the other digits.
struct Layout {
  std::uint64_t whole;
  std::uint64_t point;
  int begin;
};

constexpr int kLeast = -4;  // exponents that are written without "e", as printf's %g has it
constexpr int kMost = 5;

struct DecimalTables {
  std::array<double, 601> powers;           // 1e-300 … 1e300
  std::array<std::uint64_t, 1000> triples;  // "000" … "999"
  std::array<Layout, kMost - kLeast + 1> layouts;

  DecimalTables() {
    for (int i = 0; i <= 600; ++i) powers[static_cast<std::size_t>(i)] = std::pow(10.0, i - 300);
    for (int i = 0; i < 1000; ++i) {
      triples[static_cast<std::size_t>(i)] = character(static_cast<char>('0' + i / 100), 0) |
                                             character(static_cast<char>('0' + i / 10 % 10), 1) |
                                             character(static_cast<char>('0' + i % 10), 2);
    }
    for (int exponent = kLeast; exponent <= kMost; ++exponent) {
      layouts[static_cast<std::size_t>(exponent - kLeast)] =
          exponent < 0 ? Layout{~std::uint64_t{0}, 0, 1 - exponent}
                       : Layout{character(1, exponent + 1) - 1, character('.', exponent + 1), 0};
    }
  }
};

// Out of line, as is the long way: otherwise they cost each number the saving of their registers.
[[gnu::noinline]] DecimalTables make_decimal_tables() { return {}; }

const DecimalTables& decimal_tables() {
  static const DecimalTables kTables = make_decimal_tables();
  return kTables;
}

[[gnu::noinline]] char* write_the_long_way(char* to, double value) {
  if (std::isnan(value)) {
    std::memcpy(to, "NA", 2);
    return to + 2;
  }
  return std::to_chars(to, to + kNumberRoom, value + 0.0, std::chars_format::general, 6).ptr;
}

// Six significant digits, as std::to_chars gives them, but several times faster: the value is
// scaled to a whole number of six digits, and nothing that changes from number to number is asked
// with a branch. Scaling errs by a few units in the 16th digit, so that only a value within 1e-7 of
// a rounding border could go wrong: then nothing is said, and the caller takes the long way.
// Returns the end of the text. Digits are stored eight at a time, so `to` needs room for 32
// characters.
char* write_six_digits(char* to, double value) {
  const double size = std::abs(value);
  if (!(size >= 1e-290 && size < 1e290)) return nullptr;
  *to = '-';
  to += value < 0 ? 1 : 0;
  const DecimalTables& tables = decimal_tables();
  const double* powers = tables.powers.data() + 300;
  const int binary = static_cast<int>(std::bit_cast<std::uint64_t>(size) >> 52) - 1023;
  int exponent = (binary * 315653) >> 20;            // 315653 / 2^20 is log10 of 2, and this
  exponent += size >= powers[exponent + 1] ? 1 : 0;  // estimate is at most one too small
  const double scaled = size * powers[5 - exponent];
  auto number = static_cast<std::uint32_t>(scaled + 0.5);
  if (std::abs(scaled - number) > 0.5 - 1e-7 || number < 100000) return nullptr;
  if (number == 1000000) {
    number = 100000;
    ++exponent;
  }
  const std::uint64_t digits = tables.triples[number / 1000] | tables.triples[number % 1000] << 24;
  // Up to the last that is not '0'; the first never is.
  constexpr std::uint64_t kZeros = 0x303030303030;
  const int n = (71 - std::countl_zero(digits ^ kZeros)) / 8;
  if (exponent >= kLeast && exponent <= kMost) {
    const Layout& layout = tables.layouts[static_cast<std::size_t>(exponent - kLeast)];
    const std::uint64_t text =
        (digits & layout.whole) | layout.point | (digits & ~layout.whole) << 8;
    std::memcpy(to, "0.000000", 8);
    std::memcpy(to + layout.begin, &text, 8);
    const int point = exponent >= 0 && n > exponent + 1 ? 1 : 0;
    return to + layout.begin + std::max(exponent + 1, n + point);  // zeros before the point stay
  }
  const std::uint64_t text = (digits & 0xff) | character('.', 1) | (digits >> 8) << 16;
  std::memcpy(to, &text, 8);
  to += n > 1 ? n + 1 : 1;
  *to++ = 'e';
  *to++ = exponent < 0 ? '-' : '+';
  const int e = std::abs(exponent);
  if (e >= 100) *to++ = static_cast<char>('0' + e / 100);
  *to++ = static_cast<char>('0' + e / 10 % 10);
  *to++ = static_cast<char>('0' + e % 10);
  return to;
}

}  // namespace

char* write_number(char* to, double value) {
  if (char* const end = write_six_digits(to, value)) return end;
  return write_the_long_way(to, value);
}

}  // namespace gcrisk::base
