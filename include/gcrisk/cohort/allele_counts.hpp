// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/cohort/cohort.hpp"

namespace gcrisk::cohort {

// Alleles of one variant in a cohort, each person with as many as there are chromosomes: two, but
// one of X and Y in men, none of Y in others and one of MT in everybody. Nobody is a man whose sex
// is not known. A heterozygous call where there is one chromosome is half of each allele, as in
// PLINK 2.
struct AlleleCounts {
  double a1 = 0;
  double called = 0;  // both alleles together

  // NaN where nothing is called.
  double a1_frequency() const { return a1 / called; }
};

// One entry a variant. Costs one pass over the packed genotypes, and a second one over the variants
// of X and Y for the men.
std::vector<AlleleCounts> count_alleles(const Cohort& cohort, const base::Context& context);

}  // namespace gcrisk::cohort
