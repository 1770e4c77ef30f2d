// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ensemble.hpp"
#include "gcrisk/base/random.hpp"
#include "gcrisk/cohort/outcome.hpp"

namespace gcrisk::models::trees {

// What the people that trees did not see tell about them. Sums over trees; measures of importance
// (one number a feature) are taken where their vector is not empty.
struct OutOfBag {
  std::vector<double> sums;            // people × n_values: leaf values
  std::vector<std::uint32_t> n_trees;  // a person
  // Importance of a feature by its cuts, measured on people who did not choose them: the mean over
  // out-of-bag people of what each cut on their way adds to the value of their class (or, of an
  // amount, to value × (amount - mean)). Zero on average for a feature that says nothing, however
  // many cuts it has (Li et al. 2019, NeurIPS 32).
  std::vector<double> debiased;
  // Importance by what is lost when the feature's values are exchanged among out-of-bag people:
  // more misclassified, or more squared error (Breiman 2001). Only people whose way meets the
  // feature are followed again.
  std::vector<double> permutation;
};

// Adds one tree, grown without `rows`. `mean` is that of the outcome (amounts).
void add_out_of_bag(const Ensemble& tree,
                    const Walker& walker,
                    std::span<const std::uint32_t> rows,
                    const cohort::Outcome& outcome,
                    double mean,
                    base::Random& random,
                    OutOfBag& out);

}  // namespace gcrisk::models::trees
