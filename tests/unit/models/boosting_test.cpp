// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "gcrisk/base/error.hpp"
#include "models/boosting/boosted_trees.hpp"
#include "models/boosting/loss.hpp"
#include "models/boosting/xgboost_json.hpp"
#include "unit/models/cohorts.hpp"

namespace gcrisk::models::boosting {
namespace {

using base::Context;
using cohort::OutcomeKind;
using test::random_cohort;
using test::random_genotypes;
using trees::SampleTiles;

// That `action` throws this error with these words in its sentence.
template <typename Error, typename Action>
void expect_error(Action action, const std::string& words) {
  try {
    action();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& thrown) {
    EXPECT_NE(std::string(thrown.what()).find(words), std::string::npos) << thrown.what();
  }
}

std::string xgboost_file(const BoostedTrees& model) {
  const State state = model.save();
  const auto& bytes =
      std::get<std::vector<std::uint8_t>>(state.tensors.at("file:xgboost.json").values);
  return {bytes.begin(), bytes.end()};
}

TEST(SampleTiles, HoldTheCodesOfAView) {
  const Context context = Context::make(2);
  for (const std::size_t n : {1U, 5U, 128U, 301U}) {
    const auto view = random_genotypes(n, 300, 0.1, n);
    std::vector<std::uint32_t> some;
    for (std::uint32_t i = 0; i < n; i += 2) some.push_back(i);
    const auto half = view.with_samples(some);
    const SampleTiles tiles(half, context);
    ASSERT_EQ(tiles.size(), 2U);
    for (std::size_t j = 0; j < 300; ++j) {
      for (std::size_t i = 0; i < some.size(); ++i) {
        ASSERT_EQ(tiles.code(j, i), half.code(j, i)) << n << ' ' << j << ' ' << i;
      }
    }
  }
}

TEST(SampleTiles, KnowWhereCallsAreMissing) {
  const Context context = Context::make();
  EXPECT_FALSE(SampleTiles(random_genotypes(50, 256, 0.0, 1), context).has_missing(0));
  EXPECT_TRUE(SampleTiles(random_genotypes(50, 256, 0.01, 1), context).has_missing(0));
}

Quantised random_values(std::size_t n, std::size_t n_digits, std::uint64_t seed) {
  base::Random random(seed, "test gradients");
  std::vector<double> g(n);
  std::vector<double> h(n);
  std::vector<std::uint32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0U);
  for (std::size_t i = 0; i < n; ++i) {
    g[i] = random.normal();
    h[i] = random.uniform();
  }
  return quantise(g, h, rows, n_digits, random);
}

class HistogramOfTile : public testing::TestWithParam<std::tuple<double, std::size_t>> {};

TEST_P(HistogramOfTile, IsTheSumOverTheBitsOfEachPlane) {
  const auto [missing, n_digits] = GetParam();
  const Context context = Context::make();
  // More than 4,096 samples, so that 16-bit sums have to be emptied in between.
  for (const std::size_t n : {3U, 40U, 9001U}) {
    const auto view = random_genotypes(n, 20, missing, 4);
    const SampleTiles tiles(view, context);
    const Quantised values = random_values(n, n_digits, n);
    std::vector<std::uint32_t> rows;
    for (std::uint32_t i = 0; i < n; ++i) {
      if (n < 10 || i % 7 != 3) rows.push_back(i);
    }
    const NodeSamples node(values, rows);
    TileHistogram histogram;
    histogram_of_tile(tiles, 0, node, histogram);
    for (std::size_t j = 0; j < 20; ++j) {
      std::int64_t g[3] = {};
      std::int64_t h[3] = {};
      for (const auto r : rows) {
        const unsigned code = view.code(j, r);
        const bool in[3] = {(code & 1) != 0, (code & 2) != 0, code == 3};
        for (std::size_t plane = 0; plane < 3; ++plane) {
          g[plane] += in[plane] ? values.gradients[r] : 0;
          h[plane] += in[plane] ? values.hessians[r] : 0;
        }
      }
      for (std::size_t plane = 0; plane < (tiles.has_missing(0) ? 3 : 2); ++plane) {
        ASSERT_EQ(histogram.gradient[plane][j], g[plane]) << n << ' ' << j << ' ' << plane;
        ASSERT_EQ(histogram.hessian[plane][j], h[plane]) << n << ' ' << j << ' ' << plane;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Planes,
                         HistogramOfTile,
                         testing::Combine(testing::Values(0.0, 0.05), testing::Values(1U, 2U, 3U)));

// Rounded at random, the sum of many equal values is right on average: 20,000 values of 0.31 have
// the standard error 20000^½ × step / 2 at most; five of them are allowed.
TEST(Quantise, IsRightOnAverage) {
  constexpr std::size_t kN = 20000;
  std::vector<double> g(kN, 0.31);
  std::vector<double> h(kN, 0.13);
  g[0] = 1;
  h[0] = 0.25;
  std::vector<std::uint32_t> rows(kN);
  std::iota(rows.begin(), rows.end(), 0U);
  base::Random random(5, "test rounding");
  const Quantised q = quantise(g, h, rows, 1, random);
  EXPECT_DOUBLE_EQ(q.gradient_step, 1.0 / 15);
  EXPECT_DOUBLE_EQ(q.hessian_step, 0.25 / 15);
  const auto sum = [](const std::vector<std::int32_t>& v) {
    return static_cast<double>(std::accumulate(v.begin(), v.end(), std::int64_t{0}));
  };
  const double spread = 5 * std::sqrt(double{kN}) / 2;
  EXPECT_NEAR(sum(q.gradients), (0.31 * (kN - 1) + 1) * 15, spread);
  EXPECT_NEAR(sum(q.hessians), (0.13 * (kN - 1) + 0.25) * 60, spread);
}

// Two sides with G = 6, H = 3 and G = -4, H = 1; l2 = 1, l1 = 0:
// 36/4 + 16/2 - 4/5 = 16.2. With l1 = 1: 25/4 + 9/2 - 1/5 = 10.55.
TEST(BestInColumn, HasTheGainOfItsFormula) {
  std::vector<Sums> bins(256);
  bins[0] = {6, 3};
  bins[1] = {-4, 1};
  NodeTotals node{{2, 4}, 1, 1, {}};
  GainSettings settings;
  const BoostedSplit split = best_in_column(bins.data(), 2, node, settings, 0);
  ASSERT_TRUE(split.found());
  EXPECT_DOUBLE_EQ(split.gain, 16.2);
  EXPECT_FALSE(split.missing_left == false && split.left.hessian == 3);  // 3 of 4 went left
  settings.l1 = 1;
  EXPECT_DOUBLE_EQ(best_in_column(bins.data(), 2, node, settings, 0).gain, 10.55);
  // The left weight is -1.5, the right 2: it rises.
  settings.l1 = 0;
  EXPECT_TRUE(best_in_column(bins.data(), 2, node, settings, 1).found());
  EXPECT_FALSE(best_in_column(bins.data(), 2, node, settings, -1).found());
  settings.min_child_weight = 1.5;
  EXPECT_FALSE(best_in_column(bins.data(), 2, node, settings, 0).found());
}

// The vectorised search against one cut after the other in double precision.
TEST(BestInTile, IsTheBestOfAllCuts) {
  const Context context = Context::make();
  for (const double missing : {0.0, 0.2}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const auto view = random_genotypes(200, 30, missing, seed);
      const SampleTiles tiles(view, context);
      const Quantised values = random_values(200, 1, seed);
      std::vector<std::uint32_t> rows(200);
      std::iota(rows.begin(), rows.end(), 0U);
      const NodeSamples samples(values, rows);
      TileHistogram histogram;
      histogram_of_tile(tiles, 0, samples, histogram);
      const NodeTotals node{samples.total, values.gradient_step, values.hessian_step, {}};
      std::vector<std::uint8_t> allowed(256, 0);
      for (std::size_t j = 0; j < 30; ++j) allowed[j] = j % 3 != 1 ? 1 : 0;
      GainSettings settings;
      const BoostedSplit found =
          best_in_tile(histogram, tiles.has_missing(0), node, settings, allowed.data());
      double best = -1;
      for (std::size_t j = 0; j < 30; ++j) {
        if (allowed[j] == 0) continue;
        for (const int cut : {0, 1}) {
          for (const bool missing_left : {false, true}) {
            Sums left;
            for (std::size_t i = 0; i < 200; ++i) {
              const int copies = genotype::kA1Count[view.code(j, i)];
              if (copies < 0 ? !missing_left : copies > cut) continue;
              left.gradient += values.gradients[i];
              left.hessian += values.hessians[i];
            }
            const auto worth = [&](std::int64_t g, std::int64_t h) {
              return std::pow(node.gradient(g), 2) / (node.hessian(h) + 1);
            };
            const std::int64_t g = node.sums.gradient - left.gradient;
            const std::int64_t h = node.sums.hessian - left.hessian;
            if (node.hessian(left.hessian) < 1 || node.hessian(h) < 1) continue;
            best = std::max(best,
                            worth(left.gradient, left.hessian) + worth(g, h) -
                                worth(node.sums.gradient, node.sums.hessian));
          }
        }
      }
      ASSERT_TRUE(found.found());
      EXPECT_NEAR(found.gain, best, 1e-5 * best);
    }
  }
}

// Slopes and curvatures against differences of the loss.
TEST(Loss, DerivativesAreThoseOfTheLoss) {
  for (const auto kind :
       {OutcomeKind::kBinary, OutcomeKind::kMulticlass, OutcomeKind::kContinuous}) {
    const auto data = random_cohort({.n_samples = 12, .outcome = kind});
    std::vector<double> weights(12);
    for (std::size_t i = 0; i < 12; ++i) weights[i] = 0.5 + 0.1 * static_cast<double>(i);
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    const auto loss = make_loss(data.outcome, weights);
    const Eigen::RowVectorXd start = loss->start();
    Eigen::MatrixXd scores = start.replicate(12, 1);
    base::Random random(3, "test scores");
    for (double& s : scores.reshaped()) s += random.normal();
    Eigen::MatrixXd g(12, start.size());
    Eigen::MatrixXd h(12, start.size());
    loss->derivatives(scores, g, h);
    for (Eigen::Index i = 0; i < 12; ++i) {
      for (Eigen::Index c = 0; c < scores.cols(); ++c) {
        constexpr double kStep = 1e-4;
        Eigen::MatrixXd up = scores;
        Eigen::MatrixXd down = scores;
        up(i, c) += kStep;
        down(i, c) -= kStep;
        const double slope = (loss->value(up) - loss->value(down)) / (2 * kStep) * total;
        const double bend =
            (loss->value(up) - 2 * loss->value(scores) + loss->value(down)) / kStep / kStep * total;
        EXPECT_NEAR(g(i, c), slope, 1e-6);
        // Of many classes the usual hessian is twice the diagonal.
        EXPECT_NEAR(h(i, c), kind == OutcomeKind::kMulticlass ? 2 * bend : bend, 1e-5);
      }
    }
  }
}

// From the best constant no direction is downhill.
TEST(Loss, StartsFromTheBestConstant) {
  for (const auto kind :
       {OutcomeKind::kBinary, OutcomeKind::kMulticlass, OutcomeKind::kContinuous}) {
    const auto data = random_cohort({.outcome = kind});
    const auto loss = make_loss(data.outcome, {});
    const Eigen::RowVectorXd start = loss->start();
    const Eigen::MatrixXd scores = start.replicate(120, 1);
    Eigen::MatrixXd g(120, start.size());
    Eigen::MatrixXd h(120, start.size());
    loss->derivatives(scores, g, h);
    EXPECT_NEAR(g.colwise().sum().cwiseAbs().maxCoeff(), 0, 1e-9);
  }
}

BoostingSettings quick() {
  BoostingSettings settings;
  settings.rounds = 30;
  settings.growth.max_leaves = 8;
  return settings;
}

TEST(BoostedTrees, FollowADirectionThatIsKnown) {
  auto train = random_cohort({.n_samples = 400, .n_variants = 10, .n_clinical = 2});
  BoostingSettings settings = quick();
  settings.increasing = {"clin0"};
  settings.decreasing = {"clin1"};
  const Context context = Context::make();
  BoostedTrees model(settings);
  model.fit(train, nullptr, context);
  for (const Eigen::Index column : {0, 1}) {
    auto probe = train;
    Eigen::VectorXd before;
    for (double x = -8; x <= 12; x += 0.25) {
      probe.clinical.col(column).setConstant(x);
      const Eigen::VectorXd score = model.predict(probe, context).score.col(0);
      if (before.size() > 0) {
        const Eigen::VectorXd rise = (column == 0 ? 1.0 : -1.0) * (score - before);
        EXPECT_GE(rise.minCoeff(), 0) << column << ' ' << x;
      }
      before = score;
    }
  }
}

TEST(BoostedTrees, RefuseADirectionOfAColumnThatIsNotThere) {
  const auto train = random_cohort({});
  BoostingSettings settings = quick();
  settings.increasing = {"age"};
  expect_error<base::UsageError>(
      [&] { BoostedTrees(settings).fit(train, nullptr, Context::make()); },
      "--increasing age: there is no such clinical or molecular column");
  settings.increasing = {"clin0"};
  settings.decreasing = {"clin0"};
  expect_error<base::UsageError>(
      [&] { BoostedTrees(settings).fit(train, nullptr, Context::make()); },
      "--decreasing clin0: the column is in --increasing as well");
}

TEST(BoostedTrees, GoBackToTheRoundOfSmallestValidationLoss) {
  const auto all = random_cohort({.n_samples = 300, .seed = 2});
  std::vector<std::uint32_t> first(200);
  std::vector<std::uint32_t> last(100);
  std::iota(first.begin(), first.end(), 0U);
  std::iota(last.begin(), last.end(), 200U);
  const auto train = all.select_rows(first);
  const auto validation = all.select_rows(last);
  BoostingSettings settings = quick();
  settings.rounds = 500;
  settings.patience = 5;
  settings.growth.learning_rate = 0.3;
  BoostedTrees model(settings);
  model.fit(train, &validation, Context::make());
  const base::Json summary = model.summary();
  const auto& history = summary.at("history");
  const auto best = summary.at("rounds").get<std::size_t>();
  ASSERT_EQ(history.size(), best + 5);
  ASSERT_EQ(summary.at("trees").get<std::size_t>(), best);
  const double smallest = history[best - 1].at("validation_loss").get<double>();
  for (const auto& round : history) {
    EXPECT_GE(round.at("validation_loss").get<double>(), smallest);
  }
  // What is predicted is the model of that round.
  const auto loss = make_loss(validation.outcome, {});
  EXPECT_NEAR(loss->value(model.predict(validation, Context::make()).score), smallest, 1e-12);
}

TEST(BoostedTrees, LearnFromSharesOfSamplesAndFeatures) {
  const auto train = random_cohort({.n_samples = 400, .outcome = OutcomeKind::kContinuous});
  const auto loss_of = [&](double samples, double features) {
    BoostingSettings settings = quick();
    settings.sample_share = samples;
    settings.feature_share = features;
    BoostedTrees model(settings);
    model.fit(train, nullptr, Context::make());
    return model.summary().at("history").back().at("training_loss").get<double>();
  };
  const double whole = loss_of(1, 1);
  const double start =
      make_loss(train.outcome, {})
          ->value(Eigen::MatrixXd::Constant(400, 1, make_loss(train.outcome, {})->start()(0)));
  for (const double loss : {loss_of(0.5, 1), loss_of(1, 0.3), loss_of(0.5, 0.3)}) {
    EXPECT_NE(loss, whole);
    EXPECT_LT(loss, 0.7 * start);
  }
}

class Xgboost : public testing::TestWithParam<OutcomeKind> {
 protected:
  void SetUp() override { path_ = testing::TempDir() + "xgboost_test.json"; }
  void TearDown() override { std::remove(path_.c_str()); }
  void write(const std::string& text) { std::ofstream(path_) << text; }
  std::string path_;
};

TEST_P(Xgboost, FilesAreReadBackAsTheSameModel) {
  auto train = random_cohort({.outcome = GetParam()});
  train.clinical(5, 1) = NAN;
  const Context context = Context::make();
  BoostedTrees model(quick());
  model.fit(train, nullptr, context);
  const std::string text = xgboost_file(model);
  write(text);
  BoostingSettings settings = quick();
  settings.xgboost_file = path_;
  BoostedTrees again(settings);
  again.fit(train, nullptr, context);
  const Prediction a = model.predict(train, context);
  const Prediction b = again.predict(train, context);
  EXPECT_NEAR((a.score - b.score).cwiseAbs().maxCoeff(), 0, 1e-6);
  // The numbers of the file are exact once they have been through it.
  write(xgboost_file(again));
  BoostedTrees third(settings);
  third.fit(train, nullptr, context);
  EXPECT_NEAR((third.predict(train, context).score - b.score).cwiseAbs().maxCoeff(), 0, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Outcomes,
                         Xgboost,
                         testing::Values(OutcomeKind::kBinary,
                                         OutcomeKind::kMulticlass,
                                         OutcomeKind::kContinuous));

class XgboostFile : public Xgboost {
 protected:
  void SetUp() override {
    Xgboost::SetUp();
    train_ = random_cohort({.n_samples = 60, .n_variants = 3, .n_clinical = 1});
    BoostingSettings settings = quick();
    settings.rounds = 2;
    BoostedTrees model(settings);
    model.fit(train_, nullptr, Context::make());
    json_ = base::Json::parse(xgboost_file(model));
  }
  template <typename Error>
  void expect(const std::string& message, OutcomeKind kind = OutcomeKind::kBinary) {
    write(json_.dump());
    expect_error<Error>(
        [&] {
          read_xgboost(path_, {"rs0", "rs1", "rs2", "clin0"}, kind);
        },
        message);
  }
  base::Json& booster() { return json_["learner"]["gradient_booster"]; }
  base::Json& tree() { return booster()["model"]["trees"][0]; }
  cohort::Dataset train_;
  base::Json json_;
};

TEST_F(XgboostFile, IsRefusedWhereItCannotBeRead) {
  expect_error<base::ReadError>(
      [&] { read_xgboost("/nonexistent.json", {}, OutcomeKind::kBinary); },
      "/nonexistent.json: cannot be opened");
  json_ = {{"learner", 1}};
  expect<base::MalformedError>("no XGBoost model");
}

TEST_F(XgboostFile, IsRefusedForAnotherOutcome) {
  expect<base::MismatchError>(
      "the model's objective is binary:logistic, the study's outcome is "
      "continuous (reg:squarederror)",
      OutcomeKind::kContinuous);
}

TEST_F(XgboostFile, IsRefusedForFeaturesThatAreNotInTheData) {
  for (auto& name : json_["learner"]["feature_names"]) name = "x" + name.get<std::string>();
  expect<base::MismatchError>("of the model's features are not in the data: x");
  json_["learner"].erase("feature_names");
  json_["learner"]["learner_model_param"]["num_feature"] = "7";
  expect<base::MismatchError>("the model has 7 features without names, the data 4");
}

TEST_F(XgboostFile, IsRefusedForWhatHasNoCounterpart) {
  const base::Json sound = json_;
  booster()["name"] = "dart";
  expect<base::UsageError>("the booster is dart, gbm reads gbtree");
  json_ = sound;
  booster()["model"]["gbtree_model_param"]["num_parallel_tree"] = "4";
  expect<base::UsageError>("several trees a round, gbm has one");
  json_ = sound;
  tree()["split_type"][0] = 1;
  expect<base::UsageError>("the model has categorical splits, which gbm has not");
}

TEST_F(XgboostFile, IsRefusedWhereATreeIsBroken) {
  const base::Json sound = json_;
  tree()["left_children"][0] = 99;
  expect<base::MalformedError>("a tree's node 0 points nowhere");
  json_ = sound;
  tree()["left_children"][1] = 1;  // a circle
  tree()["right_children"][1] = 2;
  tree()["left_children"][2] = 1;
  tree()["right_children"][2] = 2;
  expect<base::MalformedError>("points nowhere");
  json_ = sound;
  tree()["sum_hessian"].push_back(1.0);
  expect<base::MalformedError>("a tree's lists have different lengths");
  json_ = sound;
  booster()["model"]["tree_info"] = {0, 1};
  expect<base::MalformedError>("the trees of the classes are out of order");
  json_ = sound;
  booster()["model"]["tree_info"] = {0};
  expect<base::MalformedError>("2 trees for 1 scores");
  json_ = sound;
  json_["learner"]["learner_model_param"]["base_score"] = "[1E-1,2E-1]";
  expect<base::MalformedError>("2 base scores for 1 scores");
  json_["learner"]["learner_model_param"]["base_score"] = "half";
  expect<base::MalformedError>("'half' is no number");
  json_["learner"]["learner_model_param"]["base_score"] = "2";
  expect<base::MalformedError>("the base score is no probability");
}

}  // namespace
}  // namespace gcrisk::models::boosting
