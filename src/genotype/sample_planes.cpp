// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "gcrisk/genotype/row_words.hpp"
#include "gcrisk/genotype/sample_kernels.hpp"

namespace gcrisk::genotype {

namespace {

using Block = std::array<std::uint64_t, 64>;

// The even bits of `word`, moved to its lower half.
std::uint64_t even_bits(std::uint64_t word) {
  word &= kLowBits;
  word = (word | word >> 1) & 0x3333333333333333ULL;
  word = (word | word >> 2) & 0x0f0f0f0f0f0f0f0fULL;
  word = (word | word >> 4) & 0x00ff00ff00ff00ffULL;
  word = (word | word >> 8) & 0x0000ffff0000ffffULL;
  return (word | word >> 16) & 0x00000000ffffffffULL;
}

// Bit j of word i becomes bit i of word j: halves of ever smaller blocks change places.
void transpose(Block& block) {
  std::uint64_t mask = 0x00000000ffffffffULL;
  for (unsigned width = 32; width != 0; width /= 2, mask ^= mask << width) {
    for (unsigned i = 0; i < 64; i = ((i | width) + 1) & ~width) {
      const std::uint64_t swap = (block[i] >> width ^ block[i | width]) & mask;
      block[i | width] ^= swap;
      block[i] ^= swap << width;
    }
  }
}

}  // namespace

SamplePlanes::SamplePlanes(const GenotypeView& view, const base::Context& context)
    : n_samples_(view.n_samples()),
      n_words_((view.n_variants() + 63) / 64),
      low_(n_samples_ * n_words_, ~std::uint64_t{0}),
      high_(n_samples_ * n_words_) {
  // 64 variants at a time are one word of every sample.
  context.threads->run(n_words_, [&](std::size_t word, std::size_t) {
    const auto chunk = base::chunk_at(word, view.n_variants(), 64);
    const std::size_t n_bytes = packed_bytes(n_samples_);
    std::vector<std::uint8_t> rows((chunk.end - chunk.begin) * n_bytes);
    RowScratch scratch;
    for (std::size_t j = chunk.begin; j < chunk.end; ++j) {
      std::copy_n(view.row(j, scratch), n_bytes, rows.data() + (j - chunk.begin) * n_bytes);
    }
    for (std::size_t first = 0; first < n_samples_; first += 64) {
      Block low;
      Block high{};
      low.fill(~std::uint64_t{0});
      for (std::size_t v = 0; v < chunk.end - chunk.begin; ++v) {
        const std::uint8_t* row = rows.data() + v * n_bytes;
        const std::size_t w = first / 32;
        const std::uint64_t left = load_word(row, n_bytes, w);
        const std::uint64_t right = first + 32 < n_samples_ ? load_word(row, n_bytes, w + 1) : 0;
        low[v] = even_bits(left) | even_bits(right) << 32;
        high[v] = even_bits(left >> 1) | even_bits(right >> 1) << 32;
      }
      transpose(low);
      transpose(high);
      const std::size_t last = std::min(n_samples_, first + 64);
      for (std::size_t i = first; i < last; ++i) {
        low_[i * n_words_ + word] = low[i - first];
        high_[i * n_words_ + word] = high[i - first];
      }
    }
  });
}

double KingCounts::kinship() const {
  const std::uint32_t fewest_het = het_het + std::min(het_hom, hom_het);
  if (fewest_het == 0) return std::numeric_limits<double>::quiet_NaN();
  return 0.5 - (4.0 * opposite + het_hom + hom_het) / (4.0 * fewest_het);
}

void add_king_counts(const SamplePlanes& planes,
                     std::size_t a,
                     std::size_t b,
                     std::size_t first_word,
                     std::size_t last_word,
                     KingCounts& counts) {
  const std::uint64_t* low_a = planes.low(a);
  const std::uint64_t* high_a = planes.high(a);
  const std::uint64_t* low_b = planes.low(b);
  const std::uint64_t* high_b = planes.high(b);
  std::uint64_t het_het = 0;
  std::uint64_t opposite = 0;
  std::uint64_t het_hom = 0;
  std::uint64_t hom_het = 0;
  std::uint64_t hom_hom = 0;
  for (std::size_t w = first_word; w < last_word; ++w) {
    // Heterozygous is high without low; homozygous is both or none; missing is low without high.
    const std::uint64_t het_a = high_a[w] & ~low_a[w];
    const std::uint64_t het_b = high_b[w] & ~low_b[w];
    const std::uint64_t hom_a = ~(high_a[w] ^ low_a[w]);
    const std::uint64_t hom_b = ~(high_b[w] ^ low_b[w]);
    het_het += static_cast<unsigned>(std::popcount(het_a & het_b));
    het_hom += static_cast<unsigned>(std::popcount(het_a & hom_b));
    hom_het += static_cast<unsigned>(std::popcount(hom_a & het_b));
    const std::uint64_t both = hom_a & hom_b;
    hom_hom += static_cast<unsigned>(std::popcount(both));
    opposite += static_cast<unsigned>(std::popcount(both & (low_a[w] ^ low_b[w])));
  }
  counts.het_het += static_cast<std::uint32_t>(het_het);
  counts.opposite += static_cast<std::uint32_t>(opposite);
  counts.het_hom += static_cast<std::uint32_t>(het_hom);
  counts.hom_het += static_cast<std::uint32_t>(hom_het);
  counts.hom_hom += static_cast<std::uint32_t>(hom_hom);
}

}  // namespace gcrisk::genotype
