// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <limits>

#include "gcrisk/genotype/kernels.hpp"
#include "gcrisk/genotype/row_words.hpp"

namespace gcrisk::genotype {

namespace {

// Samples whose code has its low bit, its high bit, or both: with the number of samples these
// give all four counts.
struct BitCounts {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  std::uint32_t both = 0;

  void add(std::uint64_t word, std::uint64_t mask) {
    const std::uint64_t l = word & mask;
    const std::uint64_t h = word >> 1 & mask;
    low += static_cast<std::uint32_t>(std::popcount(l));
    high += static_cast<std::uint32_t>(std::popcount(h));
    both += static_cast<std::uint32_t>(std::popcount(l & h));
  }

  GenotypeCounts counts(std::size_t n) const {
    return {static_cast<std::uint32_t>(n) - low - high + both, high - both, both, low - both};
  }
};

}  // namespace

double GenotypeCounts::a1_frequency() const {
  return called() == 0 ? std::numeric_limits<double>::quiet_NaN()
                       : static_cast<double>(a1_alleles()) / (2.0 * called());
}

CodeTable dosage_table(double fill) { return {2.0, fill, 1.0, 0.0}; }

CodeTable standardised_table(const GenotypeCounts& counts, Scale scale) {
  const double n = counts.called();
  if (n == 0) return {0, 0, 0, 0};
  const double mean = counts.a1_alleles() / n;
  const double variance = scale == Scale::kSample
                              ? (4.0 * counts.hom_a1 + counts.het) / n - mean * mean
                              : mean * (1 - mean / 2);
  if (!(variance > 1e-12)) return {0, 0, 0, 0};
  const double sd = std::sqrt(variance);
  return {(2 - mean) / sd, 0, (1 - mean) / sd, (0 - mean) / sd};
}

SampleMask::SampleMask(std::size_t n_samples)
    : n_samples_(n_samples), words_((n_samples + 31) / 32) {}

SampleMask SampleMask::where(std::span<const std::uint8_t> belongs) {
  SampleMask mask(belongs.size());
  for (std::size_t i = 0; i < belongs.size(); ++i) {
    if (belongs[i] != 0) mask.add(i);
  }
  return mask;
}

std::size_t SampleMask::count() const {
  std::size_t n = 0;
  for (const auto word : words_) n += static_cast<std::size_t>(std::popcount(word));
  return n;
}

GenotypeCounts count_row(const std::uint8_t* row, std::size_t n_samples) {
  const std::size_t whole = n_samples / 32;
  BitCounts bits;
  for (std::size_t w = 0; w < whole; ++w) bits.add(load_whole_word(row, w), kLowBits);
  if (n_samples % 32 != 0) {
    bits.add(load_word(row, packed_bytes(n_samples), whole), valid_fields(n_samples, whole));
  }
  return bits.counts(n_samples);
}

void count_row(const std::uint8_t* row,
               std::span<const SampleMask> masks,
               std::span<GenotypeCounts> out) {
  for (std::size_t m = 0; m < masks.size(); ++m) {
    const auto words = masks[m].words();
    const std::size_t n_samples = masks[m].n_samples();
    const std::size_t whole = n_samples / 32;
    BitCounts bits;
    std::size_t n = 0;
    for (std::size_t w = 0; w < whole; ++w) {
      bits.add(load_whole_word(row, w), words[w]);
      n += static_cast<std::size_t>(std::popcount(words[w]));
    }
    if (n_samples % 32 != 0) {
      bits.add(load_word(row, packed_bytes(n_samples), whole), words[whole]);
      n += static_cast<std::size_t>(std::popcount(words[whole]));
    }
    out[m] = bits.counts(n);
  }
}

std::vector<GenotypeCounts> count_genotypes(const GenotypeView& view,
                                            const base::Context& context) {
  std::vector<GenotypeCounts> out(view.n_variants());
  context.for_chunks(view.n_variants(), 256, [&](std::size_t begin, std::size_t end) {
    RowScratch scratch;
    for (std::size_t j = begin; j < end; ++j) {
      out[j] = count_row(view.row(j, scratch), view.n_samples());
    }
  });
  return out;
}

}  // namespace gcrisk::genotype
