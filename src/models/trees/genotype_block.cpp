// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "genotype_block.hpp"

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <new>

namespace gcrisk::models::trees {

namespace hn = hwy::HWY_NAMESPACE;

namespace {

constexpr std::size_t kWordBits = 64;
constexpr std::size_t kWords = GenotypeBlock::kStride;
const hn::CappedTag<std::uint64_t, kWords> kTag;
const hn::Repartition<std::uint8_t, decltype(kTag)> kBytesTag;
constexpr std::size_t kLanes = hn::MaxLanes(kTag);
using Words = hn::Vec<decltype(kTag)>;

// Swaps the upper halves (of 2 * kBits bits) of `a` with the lower ones of `b`.
template <int kBits>
void swap_halves(Words& a, Words& b, Words low) {
  const auto t = hn::And(hn::Xor(hn::ShiftRight<kBits>(a), b), low);
  b = hn::Xor(b, t);
  a = hn::Xor(a, hn::ShiftLeft<kBits>(t));
}

// Two steps of turning squares of bits: of side 4 * kBits into four of side kBits. Rows come from
// `load(row, word)` and go to `store(row, word, value)`.
template <int kBits, typename Load, typename Store>
void turn_squares(std::uint64_t outer, std::uint64_t inner, Load load, Store store) {
  const auto outer_mask = hn::Set(kTag, outer);
  const auto inner_mask = hn::Set(kTag, inner);
  for (std::size_t square = 0; square < kWordBits; square += 4 * kBits) {
    for (std::size_t k = square; k < square + kBits; ++k) {
      for (std::size_t w = 0; w < kWords; w += kLanes) {
        Words a = load(k, w);
        Words b = load(k + kBits, w);
        Words c = load(k + 2 * kBits, w);
        Words d = load(k + 3 * kBits, w);
        swap_halves<2 * kBits>(a, c, outer_mask);
        swap_halves<2 * kBits>(b, d, outer_mask);
        swap_halves<kBits>(a, b, inner_mask);
        swap_halves<kBits>(c, d, inner_mask);
        store(k, w, a);
        store(k + kBits, w, b);
        store(k + 2 * kBits, w, c);
        store(k + 3 * kBits, w, d);
      }
    }
  }
}

std::size_t words(std::size_t n) { return (n + kWordBits - 1) / kWordBits; }

}  // namespace

void GenotypeBlock::fill(const SampleTiles& tiles,
                         std::span<const std::uint32_t> first,
                         std::span<const std::uint32_t> second) {
  n_samples_ = first.size() + second.size();
  n_first_words_ = words(first.size());
  n_words_ = n_first_words_ + words(second.size());
  rows_.clear();
  all_.clear();
  for (const auto part : {first, second}) {
    rows_.insert(rows_.end(), part.begin(), part.end());
    const std::size_t rest = part.size() % kWordBits;
    all_.resize(all_.size() + part.size() / kWordBits, ~std::uint64_t{0});
    if (rest == 0) continue;
    all_.push_back((std::uint64_t{1} << rest) - 1);
    rows_.insert(rows_.end(), kWordBits - rest, part.back());
  }
  const std::size_t needed = tiles.size() * 2 * kWordBits * to_high();
  if (needed > capacity_) {
    planes_.reset(static_cast<std::uint64_t*>(
        ::operator new[](needed * sizeof(std::uint64_t), std::align_val_t{64})));
    capacity_ = needed;
  }
  for (std::size_t group = 0; group < n_words_; ++group) {
    for (std::size_t t = 0; t < tiles.size(); ++t) turn(tiles, t, group);
  }
}

void GenotypeBlock::Release::operator()(std::uint64_t* words) const noexcept {
  ::operator delete[](words, std::align_val_t{64});
}

// Bit b of sample k becomes bit k of word b, in three rounds of two steps.
void GenotypeBlock::turn(const SampleTiles& tiles, std::size_t t, std::size_t group) {
  alignas(64) std::uint64_t x[kWordBits][kWords];
  const auto load = [&](std::size_t k, std::size_t w) { return hn::Load(kTag, x[k] + w); };
  const auto store = [&](std::size_t k, std::size_t w, Words v) { hn::Store(v, kTag, x[k] + w); };
  const std::uint32_t* rows = rows_.data() + group * kWordBits;
  if (t + 1 < tiles.size()) {
    for (std::size_t k = 0; k < kWordBits; ++k) {
      __builtin_prefetch(tiles.tile(t + 1) + std::size_t{rows[k]} * SampleTiles::kBytes);
    }
  }
  for (std::size_t half = 0; half < 2; ++half) {
    const std::uint8_t* lines = tiles.tile(t) + half * kHalfLine;
    std::uint64_t* out = planes_.get() + (2 * t + half) * kWordBits * to_high() + group * kStride;
    turn_squares<16>(
        0x00000000ffffffffULL,
        0x0000ffff0000ffffULL,
        [&](std::size_t k, std::size_t w) {
          const std::uint8_t* line = lines + std::size_t{rows[k]} * SampleTiles::kBytes;
          return hn::BitCast(kTag, hn::LoadU(kBytesTag, line + w * sizeof(std::uint64_t)));
        },
        store);
    turn_squares<4>(0x00ff00ff00ff00ffULL, 0x0f0f0f0f0f0f0f0fULL, load, store);
    turn_squares<1>(0x3333333333333333ULL,
                    0x5555555555555555ULL,
                    load,
                    [&](std::size_t k, std::size_t w, Words v) {
                      hn::StoreU(v, kTag, out + k * to_high() + w);
                    });
  }
}

void BlockNode::set(const GenotypeBlock& block, std::span<const std::uint64_t> mask) {
  at.clear();
  bits.clear();
  n_first = 0;
  for (std::size_t w = 0; w < mask.size(); ++w) {
    if (mask[w] == 0) continue;
    at.push_back(static_cast<std::uint32_t>(w));
    bits.push_back(mask[w]);
    if (w < block.n_first_words()) ++n_first;
  }
}

ClassCounts count_in_block(const GenotypeBlock& block, std::size_t variant, const BlockNode& node) {
  const std::uint64_t* low = block.planes(variant);
  const std::uint64_t* high = low + block.to_high();
  ClassCounts out{};
  const auto add = [&](std::size_t begin, std::size_t end, unsigned half) {
    std::uint64_t n = 0;
    std::uint64_t n_low = 0;
    std::uint64_t n_high = 0;
    std::uint64_t n_both = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint64_t bits = node.bits[i];
      const std::uint64_t l = low[node.at[i] * GenotypeBlock::kStride] & bits;
      const std::uint64_t h = high[node.at[i] * GenotypeBlock::kStride] & bits;
      n += static_cast<std::uint64_t>(std::popcount(bits));
      n_low += static_cast<std::uint64_t>(std::popcount(l));
      n_high += static_cast<std::uint64_t>(std::popcount(h));
      n_both += static_cast<std::uint64_t>(std::popcount(l & h));
    }
    out[genotype::kHomA2] |= n_both << half;
    out[genotype::kHet] |= (n_high - n_both) << half;
    out[genotype::kMissing] |= (n_low - n_both) << half;
    out[genotype::kHomA1] |= (n - n_low - n_high + n_both) << half;
  };
  add(0, node.n_first, 0);
  add(node.n_first, node.at.size(), 32);
  return out;
}

void left_of_variant(const GenotypeBlock& block,
                     std::size_t variant,
                     std::size_t bin,
                     bool missing_left,
                     std::span<const std::uint64_t> mask,
                     std::span<std::uint64_t> left) {
  const std::uint64_t* low = block.planes(variant);
  const std::uint64_t* high = low + block.to_high();
  for (std::size_t w = 0; w < mask.size(); ++w) {
    const std::uint64_t l = low[w * GenotypeBlock::kStride];
    const std::uint64_t h = high[w * GenotypeBlock::kStride];
    const std::uint64_t called = bin == 0 ? l & h : h;
    left[w] = mask[w] & (called | (missing_left ? l & ~h : 0));
  }
}

}  // namespace gcrisk::models::trees
