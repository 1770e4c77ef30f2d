// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "sample_tiles.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace gcrisk::models::trees {

namespace {

constexpr std::size_t kBytes = SampleTiles::kBytes;
constexpr std::size_t kHugePage = std::size_t{1} << 21;
constexpr std::size_t kQuads = 32;  // bytes of a packed row turned at a time
constexpr std::size_t kWords = kQuads / 8;
constexpr std::uint64_t kFields = 0x0303030303030303ULL;

// `turned[s][b]` are the bytes b of the four variants `rows`, for sample s of each quad.
void turn_fields(const std::array<const std::uint8_t*, 4>& rows,
                 std::size_t at,
                 std::size_t n_bytes,
                 std::size_t b,
                 std::uint8_t (*turned)[kBytes][kQuads]) {
  std::array<std::array<std::uint64_t, kWords>, 4> in{};
  for (std::size_t f = 0; f < 4; ++f) {
    if (rows[f] != nullptr) std::memcpy(in[f].data(), rows[f] + at, n_bytes);
  }
  for (std::size_t s = 0; s < 4; ++s) {
    std::array<std::uint64_t, kWords> out;
    for (std::size_t w = 0; w < kWords; ++w) {
      out[w] = (in[0][w] >> (2 * s) & kFields) | (in[1][w] >> (2 * s) & kFields) << 2 |
               (in[2][w] >> (2 * s) & kFields) << 4 | (in[3][w] >> (2 * s) & kFields) << 6;
    }
    std::memcpy(turned[s][b], out.data(), kQuads);
  }
}

}  // namespace

void SampleTiles::Release::operator()(std::uint8_t* bytes) const noexcept {
  ::operator delete[](bytes, std::align_val_t{kHugePage});
}

SampleTiles::SampleTiles(const genotype::GenotypeView& view, const base::Context& context)
    : n_samples_(view.n_samples()),
      n_variants_(view.n_variants()),
      has_missing_((view.n_variants() + kVariants - 1) / kVariants) {
  const std::size_t n_bytes = std::max(kBytes, size() * n_samples_ * kBytes);
  bytes_.reset(static_cast<std::uint8_t*>(::operator new[](n_bytes, std::align_val_t{kHugePage})));
  // Lines are read in no order: with pages of 4 KiB the way to each would be looked up anew. It is
  // advice, nothing depends on its being taken.
  ::madvise(bytes_.get(), n_bytes, MADV_HUGEPAGE);
  context.threads->run(size(), [&](std::size_t t, std::size_t) { turn(view, t); });
}

void SampleTiles::turn(const genotype::GenotypeView& view, std::size_t t) {
  std::vector<genotype::RowScratch> scratch(kVariants);
  std::array<const std::uint8_t*, kVariants> rows{};
  for (std::size_t v = 0; v < kVariants && t * kVariants + v < n_variants_; ++v) {
    rows[v] = view.row(t * kVariants + v, scratch[v]);
  }
  std::uint8_t* out = bytes_.get() + t * n_samples_ * kBytes;
  const std::size_t row_bytes = genotype::packed_bytes(n_samples_);
  alignas(64) std::uint8_t turned[4][kBytes][kQuads];
  std::uint64_t missing = 0;
  for (std::size_t at = 0; at < row_bytes; at += kQuads) {
    const std::size_t n_bytes = std::min(kQuads, row_bytes - at);
    for (std::size_t b = 0; b < kBytes; ++b) {
      turn_fields({rows[SampleTiles::variant_of(b, 0)],
                   rows[SampleTiles::variant_of(b, 1)],
                   rows[SampleTiles::variant_of(b, 2)],
                   rows[SampleTiles::variant_of(b, 3)]},
                  at,
                  n_bytes,
                  b,
                  turned);
    }
    const std::size_t n_here = std::min(4 * n_bytes, n_samples_ - 4 * at);
    for (std::size_t i = 0; i < n_here; ++i) {
      const std::uint8_t(*from)[kQuads] = turned[i % 4];
      std::uint8_t* line = out + (4 * at + i) * kBytes;
      for (std::size_t b = 0; b < kBytes; ++b) line[b] = from[b][i / 4];
      for (std::size_t w = 0; w < kBytes; w += 8) {
        std::uint64_t word;
        std::memcpy(&word, line + w, 8);
        missing |= word & ~(word >> 1);
      }
    }
  }
  has_missing_[t] = (missing & 0x5555555555555555ULL) != 0 ? 1 : 0;
}

}  // namespace gcrisk::models::trees
