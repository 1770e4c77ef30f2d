// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gcrisk/genotype/packed_matrix.hpp"
#include "gcrisk/genotype/variant.hpp"

namespace gcrisk::pipeline {

// How each wanted variant was found in somebody else's genotypes.
enum class Found { kSame, kSwapped, kComplement, kSwappedComplement, kOtherAlleles, kAbsent };
const char* to_string(Found found);

struct MatchedVariants {
  std::vector<Found> how;       // one a wanted variant
  genotype::GenotypeView view;  // wanted variants × people, counted as wanted; absent: missing
  std::uint64_t n_found = 0;
};

// Finds `wanted` by position and alleles: counts are flipped where the alleles are swapped, the
// strand is complemented only where the pair is not palindromic. What is not found is missing for
// everybody, never 0/0. Shares the matrix where nothing has to be changed.
MatchedVariants match_variants(const genotype::Variants& wanted,
                               const genotype::Variants& found,
                               const genotype::GenotypeView& genotypes);

}  // namespace gcrisk::pipeline
