// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace gcrisk::genotype {

// Exact test of Hardy-Weinberg proportions (Wigginton, Cutler and Abecasis 2005): given the allele
// counts, the probability of a number of heterozygotes that is at most as likely as the one seen.
// With `mid_p` half of the probability of the equally likely ones is taken off (Graffelman and
// Moreno 2013), which makes the test less conservative for rare alleles. 1 where nothing varies.
// Cost: linear in the number of the rarer allele.
double hardy_weinberg_p(std::uint32_t hom_a1,
                        std::uint32_t het,
                        std::uint32_t hom_a2,
                        bool mid_p = false);

}  // namespace gcrisk::genotype
