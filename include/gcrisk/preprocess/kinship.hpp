// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/cohort/cohort.hpp"
#include "gcrisk/genotype/sample_kernels.hpp"

// Relatives in a cohort. They must not stand on both sides of a split: what a model remembers of
// one would be tested on the other.
namespace gcrisk::preprocess {

struct RelatedPair {
  std::uint32_t first;  // rows of the cohort, first < second
  std::uint32_t second;
  double kinship;
  genotype::KingCounts counts;
};

// Every pair whose KING-robust kinship over the autosomal variants exceeds `cutoff`, by first and
// second row. Twins have 0.5, first-degree relatives 0.25, second-degree 0.125; the usual cutoffs
// lie half-way in powers of two: 0.354, 0.177, 0.0884, 0.0442 (Manichaikul et al. 2010).
// Time: n² × variants / 64 steps. Memory: a bit matrix of the size of the .bed file; MemoryError
// where that exceeds context.memory_bytes. DegenerateError without an autosomal variant.
std::vector<RelatedPair> related_pairs(const cohort::Cohort& cohort,
                                       double cutoff,
                                       const base::Context& context);

// Who must go (1) so that no pair is left, the choice of plink2 --king-cutoff: while there are
// pairs, a person with one relative only stays and that relative goes; where nobody has only one,
// the person with most relatives goes.
std::vector<std::uint8_t> prune_related(std::size_t n_people, std::span<const RelatedPair> pairs);

// Connected components, numbered from 0 by their first member; people without relatives are alone.
std::vector<std::int32_t> kinship_groups(std::size_t n_people, std::span<const RelatedPair> pairs);

}  // namespace gcrisk::preprocess
