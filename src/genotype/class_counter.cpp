// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// The AES instructions are not part of x86-64-v3; without this Highway would count it as SSE4.
#define HWY_DISABLE_PCLMUL_AES 1
#include <hwy/highway.h>

#include <array>
#include <cstring>

#include "gcrisk/genotype/kernels.hpp"

// Counting with byte shuffles: a nibble is two calls, and a table of sixteen bytes says how many
// of them are of a kind. A masked-out sample reads as code 0, whose count is never taken but
// follows from the size of the class.
namespace gcrisk::genotype {

namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Bytes = hn::ScalableTag<std::uint8_t>;
using Vec = hn::Vec<Bytes>;

// For each nibble: heterozygotes in the low half of a byte, homozygotes of A2 in the high half;
// and missing calls.
struct NibbleTables {
  alignas(16) std::uint8_t het_and_hom[16];
  alignas(16) std::uint8_t missing[16];
  constexpr NibbleTables() : het_and_hom(), missing() {
    for (unsigned nibble = 0; nibble < 16; ++nibble) {
      for (const unsigned code : {nibble & 3U, nibble >> 2}) {
        if (code == kHet) het_and_hom[nibble] = static_cast<std::uint8_t>(het_and_hom[nibble] + 1);
        if (code == kHomA2) {
          het_and_hom[nibble] = static_cast<std::uint8_t>(het_and_hom[nibble] + 16);
        }
        if (code == kMissing) missing[nibble] = static_cast<std::uint8_t>(missing[nibble] + 1);
      }
    }
  }
};
constexpr NibbleTables kTables;

struct Sums {
  std::uint64_t het = 0;
  std::uint64_t hom_a2 = 0;
  std::uint64_t missing = 0;
};

std::uint64_t total(Vec bytes) {
  const hn::Repartition<std::uint64_t, Bytes> d64;
  return hn::GetLane(hn::SumOfLanes(d64, hn::SumsOf8(bytes)));
}

// `whole` bytes of `row`, a multiple of the vector's size, and then one vector at `last`.
Sums add_vectors(const std::uint8_t* row,
                 std::size_t whole,
                 const std::uint8_t* last,
                 const std::uint8_t* mask) {
  const Bytes d;
  const std::size_t step = hn::Lanes(d);
  const Vec het_and_hom = hn::LoadDup128(d, kTables.het_and_hom);
  const Vec missing_of = hn::LoadDup128(d, kTables.missing);
  const Vec low_half = hn::Set(d, 0x0f);
  // A half byte holds three rounds of at most four, a byte sixty of them.
  constexpr std::size_t kRounds = 3;
  constexpr std::size_t kGroups = 20;
  Sums sums;
  std::size_t at = 0;
  while (at <= whole) {
    Vec het = hn::Zero(d);
    Vec hom = hn::Zero(d);
    Vec missing = hn::Zero(d);
    for (std::size_t group = 0; group < kGroups && at <= whole; ++group) {
      Vec both = hn::Zero(d);
      for (std::size_t round = 0; round < kRounds && at <= whole; ++round, at += step) {
        const std::uint8_t* from = at < whole ? row + at : last;
        const Vec calls = hn::And(hn::LoadU(d, from), hn::LoadU(d, mask + at));
        const Vec low = hn::And(calls, low_half);
        const Vec high = hn::ShiftRight<4>(calls);
        both = hn::Add(both,
                       hn::Add(hn::TableLookupBytes(het_and_hom, low),
                               hn::TableLookupBytes(het_and_hom, high)));
        missing = hn::Add(
            missing,
            hn::Add(hn::TableLookupBytes(missing_of, low), hn::TableLookupBytes(missing_of, high)));
      }
      het = hn::Add(het, hn::And(both, low_half));
      hom = hn::Add(hom, hn::ShiftRight<4>(both));
    }
    sums.het += total(het);
    sums.hom_a2 += total(hom);
    sums.missing += total(missing);
  }
  return sums;
}

}  // namespace

// Both bits of a field are set where a sample belongs. The masks of a class end on a border of 64
// bytes, which is one of any vector, and reach beyond the row, so that its end, be it empty, is
// counted as one vector more.
ClassCounter::ClassCounter(std::span<const std::int32_t> class_of, std::size_t n_classes)
    : n_samples_(class_of.size()),
      n_words_((packed_bytes(class_of.size()) / 64 + 1) * 8),
      sizes_(n_classes),
      masks_(n_words_ * n_classes) {
  for (std::size_t i = 0; i < class_of.size(); ++i) {
    if (class_of[i] < 0) continue;
    const auto c = static_cast<std::size_t>(class_of[i]);
    ++sizes_[c];
    masks_[c * n_words_ + i / 32] |= std::uint64_t{3} << 2 * (i % 32);
  }
}

void ClassCounter::count(const std::uint8_t* row, std::span<GenotypeCounts> out) const {
  const std::size_t step = hn::Lanes(Bytes());
  const std::size_t row_bytes = packed_bytes(n_samples_);
  const std::size_t whole = row_bytes / step * step;
  // The last bytes are copied, so that nothing is read past the end of the row.
  std::array<std::uint8_t, 64> last{};
  std::memcpy(last.data(), row + whole, row_bytes - whole);
  for (std::size_t c = 0; c < sizes_.size(); ++c) {
    const auto* mask = reinterpret_cast<const std::uint8_t*>(masks_.data() + c * n_words_);
    const Sums sums = add_vectors(row, whole, last.data(), mask);
    out[c].het = static_cast<std::uint32_t>(sums.het);
    out[c].hom_a2 = static_cast<std::uint32_t>(sums.hom_a2);
    out[c].missing = static_cast<std::uint32_t>(sums.missing);
    out[c].hom_a1 = static_cast<std::uint32_t>(sizes_[c] - sums.het - sums.hom_a2 - sums.missing);
  }
}

}  // namespace gcrisk::genotype
