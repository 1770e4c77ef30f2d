// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/genotype/packed_matrix.hpp"

// Arithmetic along samples rather than variants. Scalar references: sample_kernels_reference.hpp.
namespace gcrisk::genotype {

// Missing calls of each sample of a view. Cost: one pass of the packed rows, and one addition a
// missing call.
std::vector<std::uint32_t> missing_per_sample(const GenotypeView& view,
                                              const base::Context& context);

// The genotypes of a view turned around, one row of bits a sample: bit v of `low` and `high` are
// the two bits of the code of variant v. Bits past the last variant say missing.
// Memory: n_samples × n_variants / 4 bytes. Cost: one pass of the packed rows.
class SamplePlanes {
 public:
  SamplePlanes(const GenotypeView& view, const base::Context& context);
  std::size_t n_samples() const noexcept { return n_samples_; }
  std::size_t n_words() const noexcept { return n_words_; }
  const std::uint64_t* low(std::size_t sample) const { return low_.data() + sample * n_words_; }
  const std::uint64_t* high(std::size_t sample) const { return high_.data() + sample * n_words_; }

 private:
  std::size_t n_samples_;
  std::size_t n_words_;
  std::vector<std::uint64_t> low_;
  std::vector<std::uint64_t> high_;
};

// What two people have in common, over the variants where both are called.
struct KingCounts {
  std::uint32_t het_het = 0;
  std::uint32_t opposite = 0;  // homozygous for different alleles
  std::uint32_t het_hom = 0;   // the first heterozygous, the second not
  std::uint32_t hom_het = 0;
  std::uint32_t hom_hom = 0;  // both homozygous, opposite or not

  std::uint32_t called() const { return het_het + het_hom + hom_het + hom_hom; }
  // KING-robust between-family kinship (Manichaikul et al. 2010, equation 11):
  // 1/2 - (4 opposite + het_hom + hom_het) / (4 min(het of the first, het of the second)).
  // NaN where one of them has no heterozygous call.
  double kinship() const;
  bool operator==(const KingCounts&) const = default;
};

// Adds what words first … last-1 of two samples have in common.
void add_king_counts(const SamplePlanes& planes,
                     std::size_t a,
                     std::size_t b,
                     std::size_t first_word,
                     std::size_t last_word,
                     KingCounts& counts);

}  // namespace gcrisk::genotype
