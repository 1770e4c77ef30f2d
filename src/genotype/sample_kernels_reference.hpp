// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gcrisk/genotype/sample_kernels.hpp"

// The kernels along samples, one call at a time: what the fast ones are tested against.
namespace gcrisk::genotype::reference {

inline std::vector<std::uint32_t> missing_per_sample(const GenotypeView& view) {
  std::vector<std::uint32_t> counts(view.n_samples());
  for (std::size_t j = 0; j < view.n_variants(); ++j) {
    for (std::size_t i = 0; i < view.n_samples(); ++i) {
      if (view.code(j, i) == kMissing) ++counts[i];
    }
  }
  return counts;
}

inline KingCounts king_counts(const GenotypeView& view, std::size_t a, std::size_t b) {
  KingCounts counts;
  for (std::size_t j = 0; j < view.n_variants(); ++j) {
    const int x = kA1Count[view.code(j, a)];
    const int y = kA1Count[view.code(j, b)];
    if (x < 0 || y < 0) continue;
    if (x == 1 && y == 1) {
      ++counts.het_het;
    } else if (x == 1) {
      ++counts.het_hom;
    } else if (y == 1) {
      ++counts.hom_het;
    } else {
      ++counts.hom_hom;
      if (x != y) ++counts.opposite;
    }
  }
  return counts;
}

}  // namespace gcrisk::genotype::reference
