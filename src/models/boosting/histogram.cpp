// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "histogram.hpp"

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstring>

// Four samples' bits of one plane are a number from 0 to 15 for each variant, and the sum of
// weights over the set bits is one of sixteen bytes: a byte shuffle looks it up for 16 to 64
// variants at once. Bytes are widened every sixteen samples, before they can overflow.
namespace gcrisk::models::boosting {

namespace hn = hwy::HWY_NAMESPACE;

namespace {

constexpr std::size_t kVariants = SampleTiles::kVariants;
constexpr std::size_t kLine = SampleTiles::kBytes;
constexpr std::size_t kBatch = NodeSamples::kBatch;
constexpr std::size_t kQuads = kBatch / 4;
constexpr std::size_t kTables = kQuads * NodeSamples::kTableBytes;  // of a batch
// A batch adds at most 16 * 15 = 240 to a sum.
constexpr std::size_t kBatchesBeforeOverflow = 256;

const hn::CappedTag<std::uint8_t, kLine> kBytesTag;
const hn::Repartition<std::uint16_t, decltype(kBytesTag)> kPairsTag;
using Bytes = hn::Vec<decltype(kBytesTag)>;
constexpr std::size_t kLanes = hn::MaxLanes(kBytesTag);

Bytes shift_left(Bytes x, int bits) {
  return hn::BitCast(kBytesTag, hn::ShiftLeftSame(hn::BitCast(kPairsTag, x), bits));
}
Bytes shift_right(Bytes x, int bits) {
  return hn::BitCast(kBytesTag, hn::ShiftRightSame(hn::BitCast(kPairsTag, x), bits));
}

// Sums of a plane and a weight in 16 bits, in the order of variants.
using Wide = std::uint16_t[kVariants];

// Four bits a variant from the lines of four samples: out[f][plane] for the four fields of a byte.
struct Indices {
  alignas(64) std::uint8_t of[4][2][kLanes];
};

void gather_bits(const std::uint8_t* tile,
                 const std::uint32_t* rows,
                 std::size_t at,
                 Indices& out) {
  const auto line = [&](std::size_t s) {
    return hn::Load(kBytesTag, tile + std::size_t{rows[s]} * kLine + at);
  };
  const Bytes odd_bits = hn::Set(kBytesTag, 0x55);
  const Bytes even_bits = hn::Set(kBytesTag, 0xaa);
  const Bytes low_pairs = hn::Set(kBytesTag, 0x33);
  const Bytes high_pairs = hn::Set(kBytesTag, 0xcc);
  const Bytes nibble = hn::Set(kBytesTag, 0x0f);
  const Bytes a = line(0);
  const Bytes b = line(1);
  const Bytes c = line(2);
  const Bytes d = line(3);
  const Bytes pairs[2][2] = {
      {hn::Or(hn::And(a, odd_bits), shift_left(hn::And(b, odd_bits), 1)),
       hn::Or(hn::And(c, odd_bits), shift_left(hn::And(d, odd_bits), 1))},
      {hn::Or(shift_right(hn::And(a, even_bits), 1), hn::And(b, even_bits)),
       hn::Or(shift_right(hn::And(c, even_bits), 1), hn::And(d, even_bits))}};
  for (std::size_t plane = 0; plane < 2; ++plane) {
    const Bytes ab = pairs[plane][0];
    const Bytes cd = pairs[plane][1];
    const Bytes even = hn::Or(hn::And(ab, low_pairs), shift_left(hn::And(cd, low_pairs), 2));
    const Bytes odd = hn::Or(shift_right(hn::And(ab, high_pairs), 2), hn::And(cd, high_pairs));
    hn::Store(hn::And(even, nibble), kBytesTag, out.of[0][plane]);
    hn::Store(hn::And(odd, nibble), kBytesTag, out.of[1][plane]);
    hn::Store(hn::And(shift_right(even, 4), nibble), kBytesTag, out.of[2][plane]);
    hn::Store(hn::And(shift_right(odd, 4), nibble), kBytesTag, out.of[3][plane]);
  }
}

// Adds sixteen samples' sums, bytes at `at` of the line in field f, to their place.
void widen(Bytes sum, Wide& wide, std::size_t f, std::size_t at) {
  const auto pairs = hn::BitCast(kPairsTag, sum);
  std::uint16_t* even = wide + 64 * f + at / 2;
  std::uint16_t* odd = even + 32;
  const auto low = hn::And(pairs, hn::Set(kPairsTag, 0xff));
  const auto high = hn::ShiftRight<8>(pairs);
  hn::Store(hn::Add(hn::Load(kPairsTag, even), low), kPairsTag, even);
  hn::Store(hn::Add(hn::Load(kPairsTag, odd), high), kPairsTag, odd);
}

template <bool kMissing>
void add_batch(const std::uint8_t* tile,
               const std::uint32_t* rows,
               const std::uint8_t* tables,
               Wide* gradient,
               Wide* hessian) {
  Indices indices[kQuads];
  for (std::size_t at = 0; at < kLine; at += kLanes) {
    for (std::size_t q = 0; q < kQuads; ++q) gather_bits(tile, rows + 4 * q, at, indices[q]);
    for (std::size_t f = 0; f < 4; ++f) {
      Bytes low_g = hn::Zero(kBytesTag);
      Bytes low_h = low_g;
      Bytes high_g = low_g;
      Bytes high_h = low_g;
      Bytes both_g = low_g;
      Bytes both_h = low_g;
      for (std::size_t q = 0; q < kQuads; ++q) {
        const Bytes g = hn::LoadDup128(kBytesTag, tables + q * NodeSamples::kTableBytes);
        const Bytes h = hn::LoadDup128(kBytesTag, tables + q * NodeSamples::kTableBytes + 16);
        const Bytes low = hn::Load(kBytesTag, indices[q].of[f][0]);
        const Bytes high = hn::Load(kBytesTag, indices[q].of[f][1]);
        low_g = hn::Add(low_g, hn::TableLookupBytes(g, low));
        low_h = hn::Add(low_h, hn::TableLookupBytes(h, low));
        high_g = hn::Add(high_g, hn::TableLookupBytes(g, high));
        high_h = hn::Add(high_h, hn::TableLookupBytes(h, high));
        if constexpr (kMissing) {
          const Bytes both = hn::And(low, high);
          both_g = hn::Add(both_g, hn::TableLookupBytes(g, both));
          both_h = hn::Add(both_h, hn::TableLookupBytes(h, both));
        }
      }
      widen(low_g, gradient[TileHistogram::kLow], f, at);
      widen(low_h, hessian[TileHistogram::kLow], f, at);
      widen(high_g, gradient[TileHistogram::kHigh], f, at);
      widen(high_h, hessian[TileHistogram::kHigh], f, at);
      if constexpr (kMissing) {
        widen(both_g, gradient[TileHistogram::kBoth], f, at);
        widen(both_h, hessian[TileHistogram::kBoth], f, at);
      }
    }
  }
}

template <bool kMissing>
void add_digit(const std::uint8_t* tile,
               const NodeSamples& node,
               std::size_t digit,
               TileHistogram& out) {
  constexpr std::size_t kPlanes = kMissing ? 3 : 2;
  std::int32_t gradient_place = 1;
  std::int32_t hessian_place = 1;
  for (std::size_t d = 0; d < digit; ++d) {
    gradient_place *= Quantised::kGradientBase;
    hessian_place *= Quantised::kHessianBase;
  }
  const std::uint8_t* tables = node.tables[digit].data();
  const std::size_t n_batches = node.rows.size() / kBatch;
  alignas(64) Wide gradient[3];
  alignas(64) Wide hessian[3];
  for (std::size_t begin = 0; begin < n_batches; begin += kBatchesBeforeOverflow) {
    const std::size_t end = std::min(n_batches, begin + kBatchesBeforeOverflow);
    std::memset(gradient, 0, sizeof gradient);
    std::memset(hessian, 0, sizeof hessian);
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t* rows = node.rows.data() + i * kBatch;
      if (i + 2 < n_batches) {
        for (std::size_t s = 0; s < kBatch; ++s) {
          __builtin_prefetch(tile + std::size_t{rows[2 * kBatch + s]} * kLine);
        }
      }
      add_batch<kMissing>(tile, rows, tables + i * kTables, gradient, hessian);
    }
    for (std::size_t plane = 0; plane < kPlanes; ++plane) {
      for (std::size_t v = 0; v < kVariants; ++v) {
        out.gradient[plane][v] += gradient_place * gradient[plane][v];
        out.hessian[plane][v] += hessian_place * hessian[plane][v];
      }
    }
  }
  const auto offset = static_cast<std::int32_t>(gradient_place * node.offsets[digit]);
  for (std::size_t plane = 0; plane < kPlanes; ++plane) {
    for (std::int32_t& sum : out.gradient[plane]) sum -= offset;
  }
}

}  // namespace

NodeSamples::NodeSamples(const Quantised& values, std::span<const std::uint32_t> from)
    : n_samples(from.size()),
      n_digits(values.n_digits),
      rows(from.begin(), from.end()),
      tables(n_digits),
      offsets(n_digits) {
  rows.resize((from.size() + kBatch - 1) / kBatch * kBatch, from.empty() ? 0 : from[0]);
  for (auto& digit : tables) digit.resize(rows.size() / 4 * kTableBytes);
  std::vector<std::int8_t> gradient(n_digits * 4);
  std::vector<std::uint8_t> hessian(n_digits * 4);
  for (std::size_t q = 0; 4 * q < rows.size(); ++q) {
    for (std::size_t s = 0; s < 4; ++s) {
      const bool real = 4 * q + s < n_samples;
      std::int32_t g = real ? values.gradients[rows[4 * q + s]] : 0;
      std::int32_t h = real ? values.hessians[rows[4 * q + s]] : 0;
      total.gradient += g;
      total.hessian += h;
      for (std::size_t d = 0; d < n_digits; ++d) {
        constexpr std::int32_t kHalf = Quantised::kGradientBase / 2;
        std::int32_t digit = g % Quantised::kGradientBase;
        if (digit > kHalf) digit -= Quantised::kGradientBase;
        if (digit < -kHalf) digit += Quantised::kGradientBase;
        g = (g - digit) / Quantised::kGradientBase;
        gradient[4 * d + s] = static_cast<std::int8_t>(digit);
        hessian[4 * d + s] = static_cast<std::uint8_t>(h % Quantised::kHessianBase);
        h /= Quantised::kHessianBase;
      }
    }
    for (std::size_t d = 0; d < n_digits; ++d) {
      std::uint8_t* table = tables[d].data() + q * kTableBytes;
      const std::int8_t* g = gradient.data() + 4 * d;
      const std::uint8_t* h = hessian.data() + 4 * d;
      std::int32_t below = 0;
      for (std::size_t s = 0; s < 4; ++s) below += std::min<std::int32_t>(g[s], 0);
      offsets[d] -= below;
      table[0] = static_cast<std::uint8_t>(-below);
      table[16] = 0;
      for (std::size_t s = 0; s < 4; ++s) {
        for (std::size_t i = 0; i < std::size_t{1} << s; ++i) {
          table[(1U << s) + i] = static_cast<std::uint8_t>(table[i] + g[s]);
          table[16 + (1U << s) + i] = static_cast<std::uint8_t>(table[16 + i] + h[s]);
        }
      }
    }
  }
}

void histogram_of_tile(const SampleTiles& tiles,
                       std::size_t t,
                       const NodeSamples& node,
                       TileHistogram& out) {
  std::memset(&out, 0, sizeof out);
  for (std::size_t d = 0; d < node.n_digits; ++d) {
    if (tiles.has_missing(t)) {
      add_digit<true>(tiles.tile(t), node, d, out);
    } else {
      add_digit<false>(tiles.tile(t), node, d, out);
    }
  }
}

void subtract(TileHistogram& parent, const TileHistogram& child, bool has_missing) {
  for (std::size_t plane = 0; plane < (has_missing ? 3 : 2); ++plane) {
    for (std::size_t v = 0; v < kVariants; ++v) {
      parent.gradient[plane][v] -= child.gradient[plane][v];
      parent.hessian[plane][v] -= child.hessian[plane][v];
    }
  }
}

void histogram_of_column(const trees::BinnedColumn& column,
                         const Quantised& values,
                         std::span<const std::uint32_t> rows,
                         Sums* out) {
  std::fill_n(out, 256, Sums{});
  for (const std::uint32_t r : rows) {
    Sums& bin = out[column.bins[r]];
    bin.gradient += values.gradients[r];
    bin.hessian += values.hessians[r];
  }
}

}  // namespace gcrisk::models::boosting
