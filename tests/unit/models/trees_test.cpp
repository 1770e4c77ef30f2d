// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/random.hpp"
#include "models/trees/features.hpp"
#include "models/trees/forest.hpp"
#include "models/trees/grow.hpp"
#include "models/trees/split.hpp"

namespace gcrisk::models::trees {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(BinColumn, CutsAtMidpointsAndKeepsMissingApart) {
  const std::vector<double> values = {3, 1, kNaN, 2, 3, 10};
  const BinnedColumn column = bin_column(values.data(), values.size());
  EXPECT_EQ(column.cuts, (std::vector<double>{1.5, 2.5, 6.5}));
  EXPECT_EQ(column.bins, (std::vector<std::uint8_t>{2, 0, BinnedColumn::kMissingBin, 1, 2, 3}));
}

TEST(BinColumn, KeepsManyValuesBelow256Bins) {
  std::vector<double> values(10000);
  std::iota(values.begin(), values.end(), 0.0);
  const BinnedColumn column = bin_column(values.data(), values.size());
  EXPECT_LE(column.n_bins(), 255U);
  EXPECT_GE(column.n_bins(), 250U);
  std::vector<int> counts(column.n_bins());
  for (const auto bin : column.bins) ++counts[bin];
  // 10000 / 255 = 39.2 values a bin.
  EXPECT_GE(*std::min_element(counts.begin(), counts.end()), 39);
  EXPECT_LE(*std::max_element(counts.begin(), counts.end()), 80);
}

TEST(Purity, FollowsItsFormulas) {
  const std::array<double, 2> stats = {3, 1};
  // Gini: (9 + 1) / 4. Entropy: 3 ln 3 + 0 - 4 ln 4. Variance of {sum of weights 3, sum 1}: 1 / 3.
  EXPECT_DOUBLE_EQ(Purity(Criterion::kGini, {})(stats), 2.5);
  EXPECT_DOUBLE_EQ(Purity(Criterion::kEntropy, {})(stats), 3 * std::log(3) - 4 * std::log(4));
  EXPECT_DOUBLE_EQ(Purity(Criterion::kVariance, {})(stats), 1.0 / 3.0);
  // Class weights 1 and 3 make both classes weigh 3: (9 + 9) / 6.
  EXPECT_DOUBLE_EQ(Purity(Criterion::kGini, {1, 3})(stats), 3.0);
}

// Three bins of {controls, cases}: {4, 0}, {1, 1}, {0, 4}; nothing missing.
// Cut behind bin 0: 16/4 + (1 + 25)/6 - (25 + 25)/10 = 4 + 4.3333 - 5 = 3.3333.
// Cut behind bin 1: (25 + 1)/6 + 16/4 - 5 = the same; the first is kept.
TEST(BestCut, TakesTheFirstOfEqualGains) {
  const std::vector<double> bins = {4, 0, 1, 1, 0, 4};
  const std::array<double, 2> missing = {0, 0};
  const std::array<double, 2> total = {5, 5};
  const Cut cut = best_cut(bins, missing, total, Purity(Criterion::kGini, {}), 1);
  ASSERT_TRUE(cut.found);
  EXPECT_EQ(cut.bin, 0U);
  EXPECT_NEAR(cut.gain, 10.0 / 3.0, 1e-12);
  EXPECT_FALSE(cut.missing_left);  // 4 left, 6 right: the larger side
}

// Missing samples are all cases: they gain most on the side of the cases.
TEST(BestCut, SendsMissingWhereTheyGain) {
  const std::vector<double> cases_right = {4, 0, 0, 4};
  const std::vector<double> cases_left = {0, 4, 4, 0};
  const std::array<double, 2> missing = {0, 3};
  const std::array<double, 2> total = {4, 7};
  const Purity gini(Criterion::kGini, {});
  EXPECT_FALSE(best_cut(cases_right, missing, total, gini, 1).missing_left);
  EXPECT_TRUE(best_cut(cases_left, missing, total, gini, 1).missing_left);
  // 16/4 + 49/7 - (16 + 49)/11
  EXPECT_NEAR(best_cut(cases_left, missing, total, gini, 1).gain, 11 - 65.0 / 11, 1e-12);
}

TEST(BestCut, HonoursTheSmallestLeaf) {
  const std::vector<double> bins = {1, 0, 5, 5};
  const std::array<double, 2> missing = {0, 0};
  const std::array<double, 2> total = {6, 5};
  EXPECT_TRUE(best_cut(bins, missing, total, Purity(Criterion::kGini, {}), 1).found);
  EXPECT_FALSE(best_cut(bins, missing, total, Purity(Criterion::kGini, {}), 2).found);
}

// n people, `codes[j]` the packed codes of variant j, one clinical column.
cohort::Dataset dataset(const std::vector<std::vector<std::uint8_t>>& codes,
                        const std::vector<double>& column,
                        cohort::OutcomeKind kind,
                        const std::vector<double>& outcome) {
  const std::size_t n = outcome.size();
  cohort::Dataset data;
  for (std::size_t i = 0; i < n; ++i) data.ids.push_back("s" + std::to_string(i));
  std::vector<std::uint8_t> bytes(codes.size() * genotype::packed_bytes(n));
  for (std::size_t j = 0; j < codes.size(); ++j) {
    for (std::size_t i = 0; i < n; ++i) {
      bytes[j * genotype::packed_bytes(n) + i / 4] |=
          static_cast<std::uint8_t>(codes[j][i] << (2 * (i % 4)));
    }
    data.variants.push_back({"1", static_cast<std::int64_t>(j), "v" + std::to_string(j), "A", "G"});
  }
  data.genotypes =
      genotype::GenotypeView(genotype::PackedMatrix::own(std::move(bytes), n, codes.size()));
  data.clinical.resize(static_cast<Eigen::Index>(n), column.empty() ? 0 : 1);
  for (std::size_t i = 0; i < column.size(); ++i) {
    data.clinical(static_cast<Eigen::Index>(i), 0) = column[i];
  }
  if (!column.empty()) data.clinical_names = {"age"};
  data.molecular.resize(static_cast<Eigen::Index>(n), 0);
  data.outcome.kind = kind;
  data.outcome.values = outcome;
  if (kind == cohort::OutcomeKind::kBinary) data.outcome.levels = {"0", "1"};
  if (kind == cohort::OutcomeKind::kMulticlass) data.outcome.levels = {"a", "b", "c"};
  return data;
}

ForestSettings one_tree() {
  ForestSettings settings;
  settings.n_trees = 1;
  settings.mtry = "all";
  settings.bootstrap = false;
  return settings;
}

// Case if the person carries A1 of v0 and is older than 50: two cuts, no error.
TEST(Tree, FindsAnInteractionExactly) {
  const std::vector<std::uint8_t> codes = {3, 3, 2, 2, 0, 0, 3, 2};
  const std::vector<double> age = {40, 60, 40, 60, 40, 60, 70, 70};
  const std::vector<double> y = {0, 0, 0, 1, 0, 1, 0, 1};
  const auto data = dataset({codes}, age, cohort::OutcomeKind::kBinary, y);
  Forest tree(one_tree());
  const base::Context context = base::Context::make();
  tree.fit(data, nullptr, context);
  const Prediction prediction = tree.predict(data, context);
  for (std::size_t i = 0; i < y.size(); ++i) {
    EXPECT_EQ(prediction.risk(static_cast<Eigen::Index>(i), 0), y[i]);
  }
}

TEST(Tree, LearnsWhereMissingCallsGo) {
  const std::vector<std::uint8_t> codes = {3, 3, 3, 2, 2, 0, 1, 1};
  const std::vector<double> y = {0, 0, 0, 1, 1, 1, 0, 0};
  const auto data = dataset({codes}, {}, cohort::OutcomeKind::kBinary, y);
  Forest tree(one_tree());
  const base::Context context = base::Context::make();
  tree.fit(data, nullptr, context);
  EXPECT_EQ(tree.save().tensors.at("trees.missing_left").size(), 3U);
  const Prediction prediction = tree.predict(data, context);
  EXPECT_EQ(prediction.risk(6, 0), 0.0);
  EXPECT_EQ(prediction.risk(3, 0), 1.0);
}

TEST(Tree, PredictsTheMeanOfALeaf) {
  const std::vector<std::uint8_t> codes = {3, 3, 2, 2, 0, 0};
  const std::vector<double> y = {1, 3, 10, 12, 10, 12};
  const auto data = dataset({codes}, {}, cohort::OutcomeKind::kContinuous, y);
  Forest tree(one_tree());
  const base::Context context = base::Context::make();
  tree.fit(data, nullptr, context);
  const Prediction prediction = tree.predict(data, context);
  EXPECT_DOUBLE_EQ(prediction.score(0, 0), 2.0);
  EXPECT_DOUBLE_EQ(prediction.score(2, 0), 11.0);
  EXPECT_DOUBLE_EQ(prediction.score(5, 0), 11.0);
  EXPECT_EQ(prediction.risk.cols(), 0);
}

struct Simulated {
  cohort::Dataset train;
  cohort::Dataset test;
};

// Three of 30 variants matter; classes 0 … n_classes-1.
Simulated simulated(cohort::OutcomeKind kind, std::uint64_t seed = 1) {
  constexpr std::size_t kN = 600;
  base::Random random(seed, "test forest");
  std::vector<std::vector<std::uint8_t>> codes(30, std::vector<std::uint8_t>(kN));
  std::vector<double> y(kN);
  std::vector<double> age(kN);
  for (std::size_t i = 0; i < kN; ++i) {
    double score = 0;
    for (std::size_t j = 0; j < codes.size(); ++j) {
      const int count = (random.uniform() < 0.4 ? 1 : 0) + (random.uniform() < 0.4 ? 1 : 0);
      codes[j][i] = std::array<std::uint8_t, 3>{3, 2, 0}[static_cast<std::size_t>(count)];
      if (random.uniform() < 0.02) codes[j][i] = 1;
      if (j < 3) score += count - 0.8;
    }
    age[i] = 40 + 40 * random.uniform();
    score += (age[i] - 60) / 10 + random.normal();
    if (kind == cohort::OutcomeKind::kContinuous) y[i] = score;
    if (kind == cohort::OutcomeKind::kBinary) y[i] = score > 0 ? 1 : 0;
    if (kind == cohort::OutcomeKind::kMulticlass) y[i] = score > 1 ? 2 : (score > -1 ? 1 : 0);
  }
  const auto all = dataset(codes, age, kind, y);
  std::vector<std::uint32_t> first(400);
  std::vector<std::uint32_t> last(200);
  std::iota(first.begin(), first.end(), 0U);
  std::iota(last.begin(), last.end(), 400U);
  return {all.select_rows(first), all.select_rows(last)};
}

double error_of(const Prediction& prediction, const cohort::Outcome& outcome) {
  double error = 0;
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    if (outcome.kind == cohort::OutcomeKind::kContinuous) {
      error += std::pow(prediction.score(row, 0) - outcome.values[i], 2);
    } else if (outcome.kind == cohort::OutcomeKind::kBinary) {
      error += (prediction.risk(row, 0) > 0.5) != (outcome.values[i] == 1);
    } else {
      Eigen::Index top = 0;
      prediction.risk.row(row).maxCoeff(&top);
      error += static_cast<double>(top) != outcome.values[i];
    }
  }
  return error / static_cast<double>(outcome.size());
}

double out_of_bag_error(const Forest& forest) {
  const State state = forest.save();
  const auto at = state.json_text.find("\"error\":");
  return std::stod(state.json_text.substr(at + 8));
}

// The out-of-bag error estimates the error on new people: the two differ by sampling alone.
// Binary: both are near 0.2, standard errors sqrt(0.16/400) = 0.020 and sqrt(0.16/200) = 0.028,
// of the difference 0.035; three of them are allowed.
TEST(Forest, OutOfBagErrorMatchesNewPeople) {
  const auto data = simulated(cohort::OutcomeKind::kBinary);
  ForestSettings settings;
  settings.n_trees = 200;
  Forest forest(settings);
  const base::Context context = base::Context::make(2);
  forest.fit(data.train, nullptr, context);
  const double error = error_of(forest.predict(data.test, context), data.test.outcome);
  EXPECT_LT(error, 0.35);
  EXPECT_NEAR(out_of_bag_error(forest), error, 0.105);
}

TEST(Forest, BeatsTheMeanOnEveryKindOfOutcome) {
  const base::Context context = base::Context::make(2);
  for (const auto kind : {cohort::OutcomeKind::kMulticlass, cohort::OutcomeKind::kContinuous}) {
    const auto data = simulated(kind);
    ForestSettings settings;
    settings.n_trees = 100;
    settings.mtry = "third";
    Forest forest(settings);
    forest.fit(data.train, nullptr, context);
    const double error = error_of(forest.predict(data.test, context), data.test.outcome);
    // Without features: about 0.6 of three classes are missed; the variance of the score is
    // 3 × 2 × 0.4 × 0.6 + 4²/3 × ... > 3.7.
    EXPECT_LT(error, kind == cohort::OutcomeKind::kMulticlass ? 0.45 : 2.8);
  }
}

// Two classes have a way of their own through a variant's histogram; told that a third class exists
// which nobody has, the same data go the general way and must give the same trees.
TEST(Forest, TwoClassesTakeTheSameSplitsAsTheGeneralWay) {
  auto data = simulated(cohort::OutcomeKind::kBinary).train;
  ForestSettings settings;
  settings.n_trees = 20;
  settings.grow.min_leaf = 2;
  const base::Context context = base::Context::make();
  Forest two(settings);
  two.fit(data, nullptr, context);
  data.outcome.kind = cohort::OutcomeKind::kMulticlass;
  data.outcome.levels = {"a", "b", "nobody"};
  Forest three(settings);
  three.fit(data, nullptr, context);
  const State a = two.save();
  const State b = three.save();
  for (const char* name : {"trees.feature", "trees.threshold", "trees.missing_left"}) {
    EXPECT_EQ(a.tensors.at(name).values, b.tensors.at(name).values) << name;
  }
}

TEST(Forest, IsTheSameOnAnyNumberOfThreads) {
  const auto data = simulated(cohort::OutcomeKind::kBinary);
  ForestSettings settings;
  settings.n_trees = 50;
  std::vector<State> states;
  for (const std::size_t n_threads : {1, 2, 3}) {
    Forest forest(settings);
    forest.fit(data.train, nullptr, base::Context::make(n_threads));
    states.push_back(forest.save());
  }
  for (const State& state : states) {
    EXPECT_EQ(state.json_text, states[0].json_text);
    EXPECT_EQ(state.tensors.at("trees.value").values, states[0].tensors.at("trees.value").values);
  }
}

TEST(Forest, SurvivesSavingAndLoading) {
  const auto data = simulated(cohort::OutcomeKind::kMulticlass);
  ForestSettings settings;
  settings.n_trees = 20;
  settings.grow.random_cut = true;
  Forest forest(settings);
  const base::Context context = base::Context::make();
  forest.fit(data.train, nullptr, context);
  Forest copy{ForestSettings()};
  copy.load(forest.save());
  EXPECT_EQ(copy.predict(data.test, context).risk, forest.predict(data.test, context).risk);
}

TEST(Forest, RefusesOneClassAndTooManyFeatures) {
  auto data = simulated(cohort::OutcomeKind::kBinary).train;
  ForestSettings settings;
  settings.mtry = "99";
  const base::Context context = base::Context::make();
  try {
    Forest(settings).fit(data, nullptr, context);
    FAIL() << "expected a UsageError";
  } catch (const base::UsageError& error) {
    EXPECT_EQ(std::string(error.what()), "--mtry 99: there are 31 features");
  }
  data.outcome.values.assign(data.n_samples(), 1.0);
  try {
    Forest(ForestSettings()).fit(data, nullptr, context);
    FAIL() << "expected a DegenerateError";
  } catch (const base::DegenerateError& error) {
    EXPECT_EQ(std::string(error.what()), "outcome '' has one value only in the training set");
  }
}

TEST(Ensemble, RefusesBrokenTrees) {
  const auto data = simulated(cohort::OutcomeKind::kBinary);
  Forest forest(one_tree());
  forest.fit(data.train, nullptr, base::Context::make());
  State state = forest.save();
  std::get<std::vector<std::int32_t>>(state.tensors["trees.left"].values)[0] = 0;
  EXPECT_THROW(Forest(one_tree()).load(state), base::MalformedError);
}

}  // namespace
}  // namespace gcrisk::models::trees
