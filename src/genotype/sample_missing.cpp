// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstring>

#include "gcrisk/genotype/sample_kernels.hpp"

namespace gcrisk::genotype {

namespace {

constexpr std::uint64_t kLow = 0x5555555555555555ULL;

void add_missing(const std::uint8_t* row, std::size_t n_samples, std::uint32_t* counts) {
  const std::size_t row_bytes = packed_bytes(n_samples);
  for (std::size_t w = 0; 32 * w < n_samples; ++w) {
    std::uint64_t word = 0;
    std::memcpy(&word, row + 8 * w, std::min<std::size_t>(8, row_bytes - 8 * w));
    // Missing is 01: the low bit without the high one.
    std::uint64_t missing = word & ~(word >> 1) & kLow;
    while (missing != 0) {
      const std::size_t sample = 32 * w + static_cast<std::size_t>(std::countr_zero(missing)) / 2;
      if (sample < n_samples) ++counts[sample];
      missing &= missing - 1;
    }
  }
}

}  // namespace

std::vector<std::uint32_t> missing_per_sample(const GenotypeView& view,
                                              const base::Context& context) {
  const std::size_t n = view.n_samples();
  constexpr std::size_t kChunk = 1024;
  std::vector<std::vector<std::uint32_t>> of_thread(context.threads->size());
  context.threads->run(base::chunk_count(view.n_variants(), kChunk),
                       [&](std::size_t c, std::size_t thread) {
                         auto& counts = of_thread[thread];
                         counts.resize(n);
                         RowScratch scratch;
                         const auto chunk = base::chunk_at(c, view.n_variants(), kChunk);
                         for (std::size_t j = chunk.begin; j < chunk.end; ++j) {
                           add_missing(view.row(j, scratch), n, counts.data());
                         }
                       });
  // Sums of whole numbers: their order does not matter.
  std::vector<std::uint32_t> total(n);
  for (const auto& counts : of_thread) {
    for (std::size_t i = 0; i < counts.size(); ++i) total[i] += counts[i];
  }
  return total;
}

}  // namespace gcrisk::genotype
