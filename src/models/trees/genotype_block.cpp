// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "genotype_block.hpp"

#include <hwy/highway.h>

#include <algorithm>
#include <new>

namespace gcrisk::models::trees {

namespace hn = hwy::HWY_NAMESPACE;

namespace {

constexpr std::size_t kSide = 64;  // of a square of bits
constexpr std::size_t kTogether = GenotypeBlock::kWords;
const hn::CappedTag<std::uint64_t, kTogether> kTag;
const hn::Repartition<std::uint8_t, decltype(kTag)> kBytesTag;
constexpr std::size_t kLanes = hn::MaxLanes(kTag);
using Lanes = hn::Vec<decltype(kTag)>;

// Swaps the upper halves (of 2 * kBits bits) of `a` with the lower ones of `b`.
template <int kBits>
void swap_halves(Lanes& a, Lanes& b, Lanes low) {
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
  for (std::size_t square = 0; square < kSide; square += 4 * kBits) {
    for (std::size_t k = square; k < square + kBits; ++k) {
      for (std::size_t w = 0; w < kTogether; w += kLanes) {
        Lanes a = load(k, w);
        Lanes b = load(k + kBits, w);
        Lanes c = load(k + 2 * kBits, w);
        Lanes d = load(k + 3 * kBits, w);
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

}  // namespace

void GenotypeBlock::fill(const SampleTiles& tiles,
                         std::span<const std::uint32_t> rows,
                         std::size_t n_first,
                         Layout layout) {
  n_samples_ = rows.size();
  n_first_ = n_first;
  n_words_ = (n_samples_ + kBits - 1) / kBits;
  rows_.assign(rows.begin(), rows.end());
  rows_.resize(n_words_ * kBits, rows.back());
  const bool in_turn = layout == Layout::kInTurn;
  stride_ = in_turn ? kWords : 1;
  to_next_word_ = in_turn ? 1 : kBits * n_words_;
  reserve(planes_, planes_capacity_, tiles.size() * 2 * half_words());
  if (!in_turn) reserve(turned_, turned_capacity_, 2 * half_words());
  // Tile by tile: what is written of one stays in the cache until its lines are complete.
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    std::uint64_t* to = planes_.get() + 2 * t * half_words();
    std::uint64_t* turned = in_turn ? to : turned_.get();
    for (std::size_t group = 0; group < n_words_; ++group) turn(tiles, t, group, turned);
    if (in_turn) continue;
    for (std::size_t half = 0; half < 2; ++half) {
      for (std::size_t w = 0; w < kWords; ++w) {
        const std::uint64_t* from = turned + half * half_words() + w;
        for (std::size_t i = 0; i < kBits * n_words_; ++i) *to++ = from[i * kWords];
      }
    }
  }
}

void GenotypeBlock::Release::operator()(std::uint64_t* words) const noexcept {
  ::operator delete[](words, std::align_val_t{64});
}

void GenotypeBlock::reserve(Words& words, std::size_t& capacity, std::size_t needed) {
  if (needed <= capacity) return;
  words.reset(static_cast<std::uint64_t*>(
      ::operator new[](needed * sizeof(std::uint64_t), std::align_val_t{64})));
  capacity = needed;
}

// Bit b of sample k becomes bit k of word b, in three rounds of two steps. Meanwhile the lines that
// are turned next come from memory, a few at a time: all at once would be waited for.
void GenotypeBlock::turn(const SampleTiles& tiles,
                         std::size_t t,
                         std::size_t group,
                         std::uint64_t* out) const {
  alignas(64) std::uint64_t x[kBits][kWords];
  const auto load = [&](std::size_t k, std::size_t w) { return hn::Load(kTag, x[k] + w); };
  const std::uint32_t* rows = rows_.data() + group * kBits;
  const bool last = group + 1 == n_words_;
  const std::uint32_t* next_rows = last ? rows_.data() : rows + kBits;
  const std::uint8_t* next = tiles.tile(last ? std::min(t + 1, tiles.size() - 1) : t);
  for (std::size_t half = 0; half < 2; ++half) {
    const std::uint8_t* lines = tiles.tile(t) + half * kHalfLine;
    std::uint64_t* out_half = out + half * half_words() + group * kWords;
    const auto prefetch = [&](std::size_t round, std::size_t k, std::size_t w) {
      if (w > 0 || k % 4 > 0) return;
      const std::size_t row = next_rows[(2 * half + round) * (kBits / 4) + k / 4];
      __builtin_prefetch(next + row * SampleTiles::kBytes);
    };
    turn_squares<16>(
        0x00000000ffffffffULL,
        0x0000ffff0000ffffULL,
        [&](std::size_t k, std::size_t w) {
          const std::uint8_t* line = lines + std::size_t{rows[k]} * SampleTiles::kBytes;
          return hn::BitCast(kTag, hn::LoadU(kBytesTag, line + w * sizeof(std::uint64_t)));
        },
        [&](std::size_t k, std::size_t w, Lanes v) { hn::Store(v, kTag, x[k] + w); });
    turn_squares<4>(0x00ff00ff00ff00ffULL,
                    0x0f0f0f0f0f0f0f0fULL,
                    load,
                    [&](std::size_t k, std::size_t w, Lanes v) {
                      prefetch(0, k, w);
                      hn::Store(v, kTag, x[k] + w);
                    });
    turn_squares<1>(0x3333333333333333ULL,
                    0x5555555555555555ULL,
                    load,
                    [&](std::size_t k, std::size_t w, Lanes v) {
                      prefetch(1, k, w);
                      hn::StoreU(v, kTag, out_half + k * n_words_ * kWords + w);
                    });
  }
}

}  // namespace gcrisk::models::trees
