// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>

#include "gcrisk/base/error.hpp"
#include "models/trees/forest.hpp"
#include "models/trees/out_of_bag.hpp"
#include "unit/expect_error.hpp"
#include "unit/models/cohorts.hpp"

namespace gcrisk::models::trees {
namespace {

using base::Context;
using cohort::OutcomeKind;
using test::random_cohort;

// importance.tsv of a forest: feature, then the numbers by column.
std::map<std::string, std::map<std::string, double>> importance(const Forest& forest) {
  const State state = forest.save();
  const auto& bytes =
      std::get<std::vector<std::uint8_t>>(state.tensors.at("file:importance.tsv").values);
  std::istringstream lines(std::string(bytes.begin(), bytes.end()));
  std::string line;
  std::getline(lines, line);
  std::vector<std::string> columns;
  std::istringstream header(line);
  for (std::string name; std::getline(header, name, '\t');) columns.push_back(name);
  std::map<std::string, std::map<std::string, double>> out;
  while (std::getline(lines, line)) {
    std::istringstream cells(line);
    std::string feature;
    std::getline(cells, feature, '\t');
    std::string cell;
    for (std::size_t c = 1; std::getline(cells, cell, '\t'); ++c) {
      out[feature][columns[c]] = std::stod(cell);
    }
  }
  return out;
}

// Ten variants and a column of noise; three variants matter. The column has the most cuts and an
// impurity to match; measured on people who did not choose the cuts it is worth nothing.
TEST(Importance, IsNotFooledByManyCutsOutOfBag) {
  auto data = random_cohort({.n_samples = 600, .n_variants = 10, .n_clinical = 1, .seed = 5});
  base::Random random(9, "test noise");
  for (Eigen::Index i = 0; i < data.clinical.rows(); ++i) data.clinical(i, 0) = random.normal();
  for (std::size_t i = 0; i < 600; ++i) {
    double score = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      score += genotype::kA1Count[data.genotypes.code(j, i)] - 0.6;
    }
    data.outcome.values[i] = score + random.normal() > 0 ? 1 : 0;
  }
  ForestSettings settings;
  settings.n_trees = 100;
  settings.mtry = "all";
  settings.debiased = true;
  settings.permutation = true;
  Forest forest(settings);
  forest.fit(data, nullptr, Context::make(2));
  auto found = importance(forest);
  ASSERT_EQ(found.size(), 11U);
  for (const char* name : {"rs0", "rs1", "rs2"}) {
    EXPECT_GT(found[name]["DEBIASED"], 0.02) << name;
    EXPECT_GT(found[name]["PERMUTATION"], 0.02) << name;
  }
  for (const auto& [name, values] : found) {
    if (name == "rs0" || name == "rs1" || name == "rs2") continue;
    EXPECT_LT(std::abs(values.at("DEBIASED")), 0.015) << name;
    EXPECT_LT(std::abs(values.at("PERMUTATION")), 0.015) << name;
  }
  EXPECT_GT(found["clin0"]["IMPURITY"], found["rs5"]["IMPURITY"] * 2);
}

// One tree, one cut: carriers of A1 (rows 4 to 7) are cases in 3 of 4, the others in 1 of 4. Rows
// out of bag: 0 (control), 3 (case), 4 (case). The cut moves the share of cases from 1/2 to 1/4 on
// the left and 3/4 on the right: +1/4 for the control on the left, -1/4 for the case on the left,
// +1/4 for the case on the right: 1/4 / 3 people. The leaves misclassify row 3 alone. Exchanged
// among the three in a circle, whatever the number of places: everybody has another's value.
TEST(Importance, FollowsItsDefinitionByHand) {
  cohort::Dataset data = random_cohort({.n_samples = 8, .n_variants = 1, .n_clinical = 0});
  data.genotypes =
      genotype::GenotypeView(genotype::PackedMatrix::own({0xff, 0xaa}, 8, 1));  // 3333 2222
  data.outcome.values = {0, 0, 0, 1, 1, 1, 1, 0};
  Ensemble tree;
  tree.n_values = 2;
  tree.roots = {0};
  tree.nodes.resize(3);
  tree.nodes[0] = {0, 1, 0.5, false};
  tree.values = {0.5, 0.5, 0.75, 0.25, 0.25, 0.75};
  const Context context = Context::make();
  const Features features(data, context);
  const Walker walker(data, features);
  OutOfBag out;
  out.sums.resize(16);
  out.n_trees.resize(8);
  out.debiased.resize(1);
  out.permutation.resize(1);
  const std::vector<std::uint32_t> rows = {0, 3, 4};
  base::Random random(1, "test exchange");
  add_out_of_bag(tree, walker, rows, data.outcome, 0.5, random, out);
  EXPECT_NEAR(out.debiased[0], 0.25 / 3, 1e-12);
  EXPECT_EQ(out.n_trees, (std::vector<std::uint32_t>{1, 0, 0, 1, 1, 0, 0, 0}));
  EXPECT_EQ(out.sums[2 * 3 + 1], 0.25);
  // Values left, left, right of people control, case, case; shifted either way one of the first two
  // gets "right" and the third "left". Control gets right: 1 more wrong; third wrong: 1 more; row 3
  // stays wrong: 2/3. Row 3 gets right: no longer wrong, third wrong: 0.
  EXPECT_TRUE(std::abs(out.permutation[0] - 2.0 / 3) < 1e-12 ||
              std::abs(out.permutation[0]) < 1e-12)
      << out.permutation[0];
}

TEST(Importance, RefusesWhatCannotBeMeasured) {
  ForestSettings settings;
  settings.permutation = true;
  const auto times = random_cohort({.outcome = OutcomeKind::kSurvival});
  EXPECT_ERROR_HINT(Forest(settings).fit(times, nullptr, Context::make()),
                    base::UsageError,
                    "--importance permutation is for classes and amounts, the outcome is a time to "
                    "an event",
                    "use --importance impurity");
  settings.bootstrap = false;
  EXPECT_ERROR_HINT(Forest(settings).fit(random_cohort({}), nullptr, Context::make()),
                    base::UsageError,
                    "--importance permutation: each tree sees everybody, out-of-bag people are "
                    "needed",
                    "give --sample-share below 1, or no --without-replacement");
}

// The sum of Shapley values and the baseline is the risk itself; the definition is tested on a
// single tree (tree_shap_test.cpp).
TEST(Forest, ExplainsItsRisk) {
  for (const auto kind : {OutcomeKind::kBinary, OutcomeKind::kContinuous, OutcomeKind::kSurvival}) {
    const auto data = random_cohort({.outcome = kind});
    ForestSettings settings;
    settings.n_trees = 20;
    settings.balanced = kind == OutcomeKind::kBinary;
    Forest forest(settings);
    const Context context = Context::make(2);
    forest.fit(data, nullptr, context);
    const Attribution why = forest.explain(data, context);
    const Eigen::VectorXd score = forest.predict(data, context).score.col(0);
    for (Eigen::Index i = 0; i < score.size(); ++i) {
      EXPECT_NEAR(
          why.baseline + why.values.row(i).sum(), score(i), 1e-8 * (1 + std::abs(score(i))));
    }
  }
  ForestSettings settings;
  settings.n_trees = 3;
  Forest classes(settings);
  const auto data = random_cohort({.outcome = OutcomeKind::kMulticlass});
  classes.fit(data, nullptr, Context::make());
  EXPECT_ERROR_HINT(classes.explain(data, Context::make()),
                    base::UsageError,
                    "a forest of several classes has one score a class and no attribution",
                    "outcomes that can be explained: binary, continuous, survival");
}

}  // namespace
}  // namespace gcrisk::models::trees
