// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/cohort/allele_counts.hpp"

#include <cstdint>

#include "gcrisk/genotype/inheritance.hpp"
#include "gcrisk/genotype/kernels.hpp"

namespace gcrisk::cohort {

using genotype::GenotypeCounts;
using genotype::Inheritance;

std::vector<AlleleCounts> count_alleles(const Cohort& cohort, const base::Context& context) {
  const auto with_copies = [](const GenotypeCounts& counts, double copies) {
    return AlleleCounts{copies / 2 * counts.a1_alleles(), copies * counts.called()};
  };
  const auto everybody = genotype::count_genotypes(cohort.genotypes, context);
  std::vector<AlleleCounts> out(everybody.size());
  std::vector<std::uint32_t> of_sex;  // variants of X and Y
  for (std::size_t j = 0; j < out.size(); ++j) {
    const Inheritance inheritance = genotype::inheritance_of(cohort.variants[j]);
    out[j] = with_copies(everybody[j], inheritance == Inheritance::kMaternal ? 1 : 2);
    if (inheritance == Inheritance::kX || inheritance == Inheritance::kY) {
      of_sex.push_back(static_cast<std::uint32_t>(j));
    }
  }
  if (of_sex.empty()) return out;
  std::vector<std::uint32_t> men;
  for (std::size_t i = 0; i < cohort.sexes.size(); ++i) {
    if (cohort.sexes[i] == Sex::kMale) men.push_back(static_cast<std::uint32_t>(i));
  }
  std::vector<GenotypeCounts> of_men(of_sex.size());
  if (!men.empty()) {
    of_men = genotype::count_genotypes(cohort.genotypes.with_variants(of_sex).with_samples(men),
                                       context);
  }
  for (std::size_t k = 0; k < of_sex.size(); ++k) {
    const AlleleCounts one = with_copies(of_men[k], 1);
    AlleleCounts& counts = out[of_sex[k]];
    if (genotype::inheritance_of(cohort.variants[of_sex[k]]) == Inheritance::kY) {
      counts = one;
    } else {
      counts = {counts.a1 - one.a1, counts.called - one.called};
    }
  }
  return out;
}

}  // namespace gcrisk::cohort
