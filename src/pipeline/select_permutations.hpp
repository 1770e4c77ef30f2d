// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gcrisk/genotype/kernels.hpp"
#include "gcrisk/select/selector.hpp"

namespace gcrisk::pipeline {

// The classes dealt out anew among the samples in use, N times: permutation i depends on the seed
// and i alone.
class Permutations {
 public:
  Permutations(const select::Task& task, std::uint64_t n, std::uint64_t seed);

  // (1 + number of permutations with a statistic as large) / (N + 1) for variants first … last-1;
  // also each variant's own statistic, and for each permutation the largest statistic met.
  std::vector<double> p_values(const genotype::GenotypeView& genotypes,
                               std::size_t first,
                               std::size_t last,
                               std::span<const genotype::GenotypeCounts> counts,
                               const select::Selector& selector,
                               std::vector<double>& statistics,
                               std::vector<double>& max_by_permutation) const;

 private:
  std::vector<genotype::ClassCounter> counters_;
};

}  // namespace gcrisk::pipeline
