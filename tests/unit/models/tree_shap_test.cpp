// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/trees/tree_shap.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "gcrisk/models/model.hpp"
#include "unit/models/cohorts.hpp"

namespace gcrisk::models::trees {
namespace {

using base::Context;
using cohort::OutcomeKind;

// The mean value of a tree where only the features of `known` are given: where it asks for another
// one, both ways are followed in proportion of the training samples.
double value_knowing(const Ensemble& tree,
                     std::size_t node,
                     const Walker& walker,
                     std::size_t sample,
                     unsigned known) {
  const Node& at = tree.nodes[node];
  if (at.feature < 0) return tree.values[node];
  const auto left = static_cast<std::size_t>(at.left);
  if ((known >> at.feature & 1U) != 0) {
    return value_knowing(
        tree, walker.goes_left(at, sample) ? left : left + 1, walker, sample, known);
  }
  return (tree.covers[left] * value_knowing(tree, left, walker, sample, known) +
          tree.covers[left + 1] * value_knowing(tree, left + 1, walker, sample, known)) /
         tree.covers[node];
}

double factorial(int n) { return n < 2 ? 1 : n * factorial(n - 1); }

// Shapley values by their definition, over all 2^6 sets of six features.
TEST(TreeShap, IsTheShapleyValueOfTheDefinition) {
  constexpr int kFeatures = 6;
  auto data = test::random_cohort({.n_samples = 150,
                                   .n_variants = 4,
                                   .n_clinical = 2,
                                   .outcome = OutcomeKind::kContinuous,
                                   .missing = 0.1});
  data.clinical(3, 1) = NAN;
  // One tree of a gbm, deep enough that features come back on a way.
  base::Parameters parameters(find_model("gbm").parameters);
  parameters.set("rounds", "1");
  parameters.set("min-child-weight", "1");
  const auto model = find_model("gbm").make(parameters);
  const Context context = Context::make();
  model->fit(data, nullptr, context);
  const Ensemble tree = Ensemble::from_tensors(model->save().tensors);
  ASSERT_GT(tree.nodes.size(), 15U);
  const Attribution found = explain_trees(tree, 0, 1, 0, data, context);
  EXPECT_LT(found.largest_error, 1e-9);
  const Walker walker(data, tree);
  for (const std::size_t person : {0U, 3U, 77U}) {
    EXPECT_NEAR(found.baseline, value_knowing(tree, 0, walker, person, 0), 1e-9);
    for (int f = 0; f < kFeatures; ++f) {
      double expected = 0;
      for (unsigned set = 0; set < 1U << kFeatures; ++set) {
        if ((set >> f & 1U) != 0) continue;
        const int size = std::popcount(set);
        expected += factorial(size) * factorial(kFeatures - size - 1) / factorial(kFeatures) *
                    (value_knowing(tree, 0, walker, person, set | 1U << f) -
                     value_knowing(tree, 0, walker, person, set));
      }
      EXPECT_NEAR(found.values(static_cast<Eigen::Index>(person), f), expected, 1e-9)
          << person << ' ' << f;
    }
  }
}

}  // namespace
}  // namespace gcrisk::models::trees
