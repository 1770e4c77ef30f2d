// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "io/vcf_pack.hpp"

#include <hwy/highway.h>

#include <array>
#include <cmath>
#include <cstring>

#include "gcrisk/genotype/packed_matrix.hpp"

namespace gcrisk::io {

namespace {

namespace hn = hwy::HWY_NAMESPACE;
using genotype::kHet;
using genotype::kHomA1;
using genotype::kHomA2;
using genotype::kMissing;

// Bit i of the index goes to bit 2i: two masks of eight samples become sixteen bits of codes.
constexpr std::array<std::uint16_t, 256> kSpread = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < 256; ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      table[i] = static_cast<std::uint16_t>(table[i] | ((i >> bit & 1U) << (2 * bit)));
    }
  }
  return table;
}();

std::uint16_t interleave(unsigned low, unsigned high) {
  return static_cast<std::uint16_t>(kSpread[low] | kSpread[high] << 1);
}

// Code of one four-byte call, or -1.
int code_of_fixed4(const char* p) {
  if (p[1] != '|' && p[1] != '/') return -1;
  if (p[0] == '.' && p[2] == '.') return kMissing;
  if ((p[0] != '0' && p[0] != '1') || (p[2] != '0' && p[2] != '1')) return -1;
  const int count = (p[0] - '0') + (p[2] - '0');
  return count == 0 ? kHomA2 : count == 1 ? kHet : kHomA1;
}

void put_code(std::uint8_t* out, std::size_t sample, int code) {
  const unsigned shift = 2 * (sample & 3);
  std::uint8_t& byte = out[sample >> 2];
  if (shift == 0) byte = 0;
  byte = static_cast<std::uint8_t>(byte | static_cast<unsigned>(code) << shift);
}

// Samples [begin, n), `begin` a multiple of four.
bool pack_rest(const char* text, std::size_t begin, std::size_t n, std::uint8_t* out) {
  for (std::size_t s = begin; s < n; ++s) {
    const char* p = text + 4 * s;
    const int code = code_of_fixed4(p);
    if (code < 0 || (s + 1 < n && p[3] != '\t')) return false;
    put_code(out, s, code);
  }
  return true;
}

// What may stand in a byte, by its low half: the byte itself, and which of the four places it may
// take (1: allele, 2: separator, 4: tab). '0' '1' '.' '|' '/' and tab differ in their low halves.
alignas(16) constexpr std::uint8_t kExpected[16] = {
    '0', '1', 1, 1, 1, 1, 1, 1, 1, '\t', 1, 1, '|', 1, '.', '/'};
alignas(16) constexpr std::uint8_t kPlace[16] = {1, 1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 2, 0, 1, 2};
alignas(16) constexpr std::uint8_t kPattern[16] = {1, 2, 1, 4, 1, 2, 1, 4, 1, 2, 1, 4, 1, 2, 1, 4};

}  // namespace

bool pack_fixed4_scalar(const char* text, std::size_t n, std::uint8_t* out) {
  return pack_rest(text, 0, n, out);
}

bool pack_fixed4(const char* text, std::size_t n, std::uint8_t* out) {
  const hn::CappedTag<std::uint8_t, 32> d8;
  const hn::Repartition<std::int32_t, decltype(d8)> d32;
  const std::size_t n_bytes = hn::Lanes(d8);
  const std::size_t step = n_bytes / 4;  // samples a vector
  const auto expected = hn::LoadDup128(d8, kExpected);
  const auto place = hn::LoadDup128(d8, kPlace);
  const auto pattern = hn::LoadDup128(d8, kPattern);
  const auto low_half = hn::Set(d8, 0x0F);
  const auto missing_bit = hn::Set(d32, 2);
  auto wrong = hn::Zero(d8);
  auto half = hn::Zero(d32);
  std::size_t s = 0;
  for (; s + step < n; s += step) {  // the last sample has no tab behind it: never in here
    const auto bytes = hn::LoadU(d8, reinterpret_cast<const std::uint8_t*>(text) + 4 * s);
    const auto low = hn::And(bytes, low_half);
    wrong = hn::Or(wrong, hn::Xor(hn::TableLookupBytes(expected, low), bytes));
    wrong = hn::Or(wrong, hn::Xor(hn::TableLookupBytes(place, low), pattern));
    // First allele in bits 0..7, second in bits 16..23; bit 0 says '1', bit 1 says '.'.
    const auto first = hn::BitCast(d32, bytes);
    const auto second = hn::ShiftRight<16>(first);
    half = hn::Or(half, hn::And(hn::Xor(first, second), missing_bit));
    const auto not_low = hn::ShiftLeft<31>(hn::Or(first, second));
    const auto not_high =
        hn::ShiftLeft<31>(hn::Or(hn::And(first, second), hn::ShiftRight<1>(first)));
    std::uint8_t low_bits[8] = {};
    std::uint8_t high_bits[8] = {};
    hn::StoreMaskBits(d32, hn::Lt(not_low, hn::Zero(d32)), low_bits);
    hn::StoreMaskBits(d32, hn::Lt(not_high, hn::Zero(d32)), high_bits);
    const unsigned all = (1U << step) - 1;
    const std::uint16_t codes = interleave(low_bits[0] ^ all, high_bits[0] ^ all);
    std::memcpy(out + s / 4, &codes, 2);
  }
  const bool good =
      hn::AllTrue(d8, hn::Eq(wrong, hn::Zero(d8))) && hn::AllTrue(d32, hn::Eq(half, hn::Zero(d32)));
  return good && pack_rest(text, s, n, out);
}

void pack_alleles(std::span<const AllelePair> calls, int alt, std::uint8_t* out) {
  for (std::size_t s = 0; s < calls.size(); ++s) {
    const AllelePair call = calls[s];
    const bool first = call.first == alt;
    const bool second = call.second == alt;
    int code = kMissing;
    if ((first || call.first == 0) && (second || call.second == 0)) {
      code = first && second ? kHomA1 : first || second ? kHet : kHomA2;
    }
    put_code(out, s, code);
  }
}

bool pack_bcf_pairs(const std::uint8_t* values, std::size_t n, std::uint8_t* out) {
  // Allele + 1 without the phase bit: 0 missing, 1 reference, 2 alternate; the sum of two is then
  // 0 (missing), 2, 3 or 4, and 1 or 2 with a zero in it for half-calls.
  bool good = true;
  for (std::size_t s = 0; s < n; ++s) {
    const unsigned first = values[2 * s] >> 1;
    const unsigned second = values[2 * s + 1] >> 1;
    good &= first <= 2 && second <= 2 && (first == 0) == (second == 0);
    const unsigned n_alt = (first == 2) + (second == 2);
    const unsigned code = first == 0 ? kMissing : n_alt == 0 ? kHomA2 : n_alt == 1 ? kHet : kHomA1;
    put_code(out, s, static_cast<int>(code));
  }
  return good;
}

void pack_codes(std::span<const std::uint8_t> codes, std::uint8_t* out) {
  for (std::size_t s = 0; s < codes.size(); ++s) put_code(out, s, codes[s]);
}

namespace {
constexpr std::int32_t kGrid = 16384;  // steps between two whole dosages
}

HardCall::HardCall(double threshold)
    : reach_(static_cast<std::int32_t>(threshold * kGrid * (1 + 1e-9))) {}

std::uint8_t HardCall::code(double dosage) const {
  if (!(dosage >= 0 && dosage <= 2.0001)) return kMissing;
  const auto steps = static_cast<std::int32_t>(dosage * kGrid + 0.5);
  const std::int32_t nearest = (steps + kGrid / 2) / kGrid;
  if (std::abs(steps - nearest * kGrid) > reach_) return kMissing;
  return nearest == 0 ? kHomA2 : nearest == 1 ? kHet : kHomA1;
}

const char* find_tab_or_newline(const char* p, const char* end) {
  const hn::CappedTag<std::uint8_t, 32> d;
  const auto n = static_cast<std::ptrdiff_t>(hn::Lanes(d));
  const auto tab = hn::Set(d, '\t');
  const auto newline = hn::Set(d, '\n');
  for (; end - p >= n; p += n) {
    const auto bytes = hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(p));
    const auto hit = hn::Or(hn::Eq(bytes, tab), hn::Eq(bytes, newline));
    const std::intptr_t at = hn::FindFirstTrue(d, hit);
    if (at >= 0) return p + at;
  }
  while (p < end && *p != '\t' && *p != '\n') ++p;
  return p;
}

}  // namespace gcrisk::io
