// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/metric.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/random.hpp"

namespace gcrisk::evaluate {
namespace {

using cohort::OutcomeKind;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Scored people_of(OutcomeKind kind,
                 std::vector<double> truth,
                 std::vector<double> prediction,
                 std::vector<double> time = {}) {
  cohort::Outcome outcome;
  outcome.kind = kind;
  outcome.values = std::move(truth);
  outcome.times = std::move(time);
  outcome.levels = {"0", "1", "2"};
  if (kind != OutcomeKind::kMulticlass) outcome.levels.pop_back();
  const auto n = static_cast<Eigen::Index>(outcome.values.size());
  Predicted predicted;
  if (kind == OutcomeKind::kMulticlass) {
    // `prediction` holds the rows of risks.
    predicted.risk =
        Eigen::Map<Eigen::Matrix<double, -1, 3, Eigen::RowMajor>>(prediction.data(), n, 3);
  } else if (kind == OutcomeKind::kBinary) {
    predicted.risk = Eigen::Map<Eigen::VectorXd>(prediction.data(), n);
  } else {
    predicted.score = Eigen::Map<Eigen::VectorXd>(prediction.data(), n);
  }
  std::vector<std::uint32_t> rows(outcome.values.size());
  std::iota(rows.begin(), rows.end(), 0U);
  return make_scored(outcome, predicted, rows);
}

Scored random_people(OutcomeKind kind, std::size_t n, std::uint64_t seed, bool tied = false) {
  base::Random random(seed, "test");
  std::vector<double> truth;
  std::vector<double> prediction;
  std::vector<double> time;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = random.normal();
    const double noise = random.normal();
    if (kind == OutcomeKind::kMulticlass) {
      truth.push_back(static_cast<double>(random.below(3)));
      std::vector<double> risk(3);
      double sum = 0;
      for (std::size_t c = 0; c < 3; ++c) {
        risk[c] = std::exp(random.normal() + (truth.back() == static_cast<double>(c) ? 0.7 : 0.0));
        sum += risk[c];
      }
      for (const double r : risk) prediction.push_back(r / sum);
    } else if (kind == OutcomeKind::kContinuous) {
      truth.push_back(x + noise);
      prediction.push_back(tied ? std::round(x) : x);
    } else {
      truth.push_back(random.uniform() < 1 / (1 + std::exp(-x)) ? 1 : 0);
      const double risk = 1 / (1 + std::exp(-(x + 0.3 * noise)));
      prediction.push_back(tied ? std::round(risk * 4) / 4 : risk);
      time.push_back(tied ? std::ceil(random.exponential() * 5) : random.exponential());
    }
  }
  if (kind != OutcomeKind::kSurvival) time.clear();
  return people_of(kind, truth, prediction, time);
}

double value_of(const std::string& name, const Scored& people) {
  return find_metric(name).value(people, std::vector<double>(people.size(), 1.0));
}

// Every member of the registry, so that a new metric is tested before it has tests of its own.

TEST(EveryMetric, SaysWhatItIs) {
  for (const MetricEntry* metric : all_metrics()) {
    EXPECT_FALSE(metric->title.empty()) << metric->name;
    EXPECT_GT(metric->meaning.size(), 20U) << metric->name;
    EXPECT_FALSE(metric->outcomes.empty()) << metric->name;
    EXPECT_EQ(&find_metric(metric->name), metric);
    EXPECT_EQ(&find_metric(table_name(*metric)), metric) << "with '_' for '-'";
  }
}

TEST(EveryMetric, IsFiniteOnOrdinaryPeopleWithAndWithoutTies) {
  for (const MetricEntry* metric : all_metrics()) {
    for (const OutcomeKind kind : metric->outcomes) {
      for (const bool tied : {false, true}) {
        const Scored people = random_people(kind, 300, 5, tied);
        const double value = metric->value(people, std::vector<double>(300, 1.0));
        EXPECT_TRUE(std::isfinite(value)) << metric->name << " tied " << tied;
        if (metric->interval == nullptr) continue;
        const Interval interval = metric->interval(people, 0.95);
        EXPECT_LT(interval.low, value) << metric->name;
        EXPECT_GT(interval.high, value) << metric->name;
        const Interval narrow = metric->interval(people, 0.5);
        EXPECT_GT(narrow.low, interval.low) << metric->name;
        EXPECT_LT(narrow.high, interval.high) << metric->name;
      }
    }
  }
}

TEST(EveryMetric, IsUndefinedOrFiniteWhenOneClassIsAbsentButNeverInfinite) {
  for (const MetricEntry* metric : all_metrics()) {
    for (const OutcomeKind kind : metric->outcomes) {
      if (kind == OutcomeKind::kContinuous) continue;
      for (const double only : {0.0, 1.0}) {
        Scored people = random_people(kind, 50, 3);
        std::fill(people.truth.begin(), people.truth.end(), only);
        EXPECT_FALSE(std::isinf(metric->value(people, std::vector<double>(50, 1.0))))
            << metric->name << " all " << only;
        if (metric->interval != nullptr) {
          const Interval interval = metric->interval(people, 0.95);
          EXPECT_FALSE(std::isinf(interval.low) || std::isinf(interval.high)) << metric->name;
        }
      }
    }
  }
}

TEST(EveryMetric, IsUndefinedWithoutPeople) {
  for (const MetricEntry* metric : all_metrics()) {
    for (const OutcomeKind kind : metric->outcomes) {
      Scored people = random_people(kind, 0, 1);
      if (kind == OutcomeKind::kMulticlass) people.class_risk.resize(0, 3);
      EXPECT_TRUE(std::isnan(metric->value(people, {}))) << metric->name;
      if (metric->interval != nullptr) {
        EXPECT_TRUE(std::isnan(metric->interval(people, 0.95).low)) << metric->name;
      }
    }
  }
}

TEST(EveryMetric, SurvivesOnePerson) {
  for (const MetricEntry* metric : all_metrics()) {
    for (const OutcomeKind kind : metric->outcomes) {
      const Scored people = random_people(kind, 1, 2);
      EXPECT_FALSE(std::isinf(metric->value(people, std::vector<double>(1, 1.0)))) << metric->name;
      if (metric->interval != nullptr) static_cast<void>(metric->interval(people, 0.95));
    }
  }
}

TEST(EveryMetric, CountsAPersonOfWeightTwoLikeTwoPeople) {
  for (const MetricEntry* metric : all_metrics()) {
    for (const OutcomeKind kind : metric->outcomes) {
      // The knots of the spline are those of the people, not of the copies; ties at risks of 0 and
      // 1 leave it nothing to fit.
      const bool spline = metric->name == "ici" || metric->name == "e50" || metric->name == "e90";
      const Scored people = random_people(kind, 60, 9, !spline);
      std::vector<double> weights(60, 1.0);
      std::vector<double> truth;
      std::vector<double> prediction;
      std::vector<double> time;
      base::Random random(4, "test");
      for (std::size_t i = 0; i < 60; ++i) {
        weights[i] = static_cast<double>(random.below(3));
        for (int copy = 0; copy < weights[i]; ++copy) {
          truth.push_back(people.truth[i]);
          if (kind == OutcomeKind::kMulticlass) {
            for (Eigen::Index c = 0; c < 3; ++c) {
              prediction.push_back(people.class_risk(static_cast<Eigen::Index>(i), c));
            }
          } else {
            prediction.push_back(people.rank[i]);
          }
          if (!people.time.empty()) time.push_back(people.time[i]);
        }
      }
      const Scored copied = people_of(kind, truth, prediction, time);
      const double by_weight = metric->value(people, weights);
      const double by_copies = metric->value(copied, std::vector<double>(truth.size(), 1.0));
      EXPECT_NEAR(by_weight, by_copies, spline ? 0.05 : 1e-9) << metric->name;
    }
  }
}

TEST(EveryMetric, IsAtItsBestForAPerfectModel) {
  for (const MetricEntry* metric : all_metrics()) {
    for (const OutcomeKind kind : metric->outcomes) {
      if (kind != OutcomeKind::kBinary || metric->name.starts_with("calibration")) continue;
      // Risks of 0.001 and 0.999: right, and inside (0, 1).
      const Scored people =
          people_of(kind, {0, 1, 0, 1, 1, 0}, {.001, .999, .001, .999, .999, .001});
      const Scored worse = people_of(kind, {0, 1, 0, 1, 1, 0}, {.6, .999, .001, .4, .999, .001});
      const double best = metric->value(people, std::vector<double>(6, 1.0));
      const double other = metric->value(worse, std::vector<double>(6, 1.0));
      if (std::isnan(best) || std::isnan(other) || metric->name == "oe-ratio") continue;
      EXPECT_TRUE(metric->higher_is_better ? best > other : best < other) << metric->name;
    }
  }
}

TEST(FindMetric, NamesTheCandidates) {
  try {
    static_cast<void>(find_metric("aurok"));
    FAIL();
  } catch (const base::UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("no metric is called 'aurok'"), std::string::npos);
    EXPECT_NE(error.hint().find("auroc"), std::string::npos);
  }
}

TEST(MakeScored, LeavesOutAndCountsWhatIsNotKnown) {
  cohort::Outcome outcome;
  outcome.kind = OutcomeKind::kBinary;
  outcome.values = {1, kNaN, 0, 1};
  outcome.levels = {"0", "1"};
  Predicted predicted;
  predicted.risk = Eigen::Vector4d(0.9, 0.5, kNaN, 0.2);
  LeftOut left_out;
  const std::vector<std::uint32_t> rows = {0, 1, 2, 3};
  const Scored people = make_scored(outcome, predicted, rows, &left_out);
  EXPECT_EQ(people.row, (std::vector<std::uint32_t>{3, 0}));  // sorted by rising risk
  EXPECT_EQ(left_out.unknown_outcome, 1U);
  EXPECT_EQ(left_out.unknown_prediction, 1U);
}

TEST(MakeScored, RefusesARiskThatIsNoProbability) {
  cohort::Outcome outcome;
  outcome.kind = OutcomeKind::kBinary;
  outcome.values = {1, 0};
  outcome.levels = {"0", "1"};
  Predicted predicted;
  predicted.risk = Eigen::Vector2d(0.9, 1.5);
  const std::vector<std::uint32_t> rows = {0, 1};
  try {
    static_cast<void>(make_scored(outcome, predicted, rows));
    FAIL();
  } catch (const base::MismatchError& error) {
    EXPECT_STREQ(error.what(), "a RISK of 1.5 is not a probability, expected a number in [0, 1]");
  }
}

// Values by hand.

// Risks .1 .4 .35 .8 with outcomes 0 0 1 1: pairs (case, control): .35>.1, .35<.4, .8>.1, .8>.4:
// 3 of 4.
TEST(Auroc, CountsPairs) {
  EXPECT_DOUBLE_EQ(
      value_of("auroc", people_of(OutcomeKind::kBinary, {0, 0, 1, 1}, {.1, .4, .35, .8})), 0.75);
}

TEST(Auroc, CountsTiesOneHalf) {
  // Case .5 against controls .5 and .2: (1/2 + 1) / 2.
  EXPECT_DOUBLE_EQ(value_of("auroc", people_of(OutcomeKind::kBinary, {1, 0, 0}, {.5, .5, .2})),
                   0.75);
}

// From the top: case at 1/1, control, case at 2/3: (1 + 2/3) / 2 = 5/6.
TEST(Auprc, IsTheMeanPrecisionOfCases) {
  EXPECT_DOUBLE_EQ(
      value_of("auprc", people_of(OutcomeKind::kBinary, {0, 0, 1, 1}, {.1, .4, .35, .8})),
      (1 + 2.0 / 3) / 2);
}

TEST(Brier, IsTheMeanSquaredDistance) {
  // (.1² + .4² + .65² + .2²) / 4 = (.01 + .16 + .4225 + .04) / 4.
  const auto people = people_of(OutcomeKind::kBinary, {0, 0, 1, 1}, {.1, .4, .35, .8});
  EXPECT_NEAR(value_of("brier", people), 0.6325 / 4, 1e-15);
  // Reference: share 1/2, 1/4; 1 - .158125 / .25.
  EXPECT_NEAR(value_of("scaled-brier", people), 1 - 0.158125 / 0.25, 1e-15);
}

TEST(Confusion, MeasuresFollowFromTheFourCells) {
  // Threshold 0.5: tp 3, fn 1, fp 2, tn 4.
  const auto people = people_of(OutcomeKind::kBinary,
                                {1, 1, 1, 1, 0, 0, 0, 0, 0, 0},
                                {.9, .8, .5, .4, .7, .6, .3, .2, .1, .0});
  EXPECT_DOUBLE_EQ(value_of("accuracy", people), 0.7);
  EXPECT_DOUBLE_EQ(value_of("precision", people), 3.0 / 5);
  EXPECT_DOUBLE_EQ(value_of("recall", people), 3.0 / 4);
  EXPECT_DOUBLE_EQ(value_of("specificity", people), 4.0 / 6);
  EXPECT_DOUBLE_EQ(value_of("npv", people), 4.0 / 5);
  EXPECT_DOUBLE_EQ(value_of("f1", people), 6.0 / 9);
  EXPECT_DOUBLE_EQ(value_of("balanced-accuracy", people), (3.0 / 4 + 4.0 / 6) / 2);
  EXPECT_NEAR(value_of("mcc", people), (3 * 4 - 2 * 1) / std::sqrt(5.0 * 4 * 6 * 5), 1e-15);
  // tp/n - fp/n * odds(.5) = .3 - .2.
  EXPECT_NEAR(value_of("net-benefit", people), 0.1, 1e-15);
}

TEST(Precision, IsUndefinedWhenNobodyIsAboveTheThreshold) {
  EXPECT_TRUE(std::isnan(value_of("precision", people_of(OutcomeKind::kBinary, {1, 0}, {.2, .1}))));
}

TEST(Calibration, InterceptAndSlopeOfGroupsWithKnownShares) {
  // Two groups with risks .2 and .8 and shares .4 and .6 (ten people each). Recalibration through
  // both points: slope = (logit .6 - logit .4) / (logit .8 - logit .2) = .810930 / 2.772589,
  // intercept 0 by symmetry; the offset intercept is 0 too.
  std::vector<double> truth;
  std::vector<double> risk;
  for (int i = 0; i < 10; ++i) {
    truth.push_back(i < 4 ? 1 : 0);
    risk.push_back(.2);
    truth.push_back(i < 6 ? 1 : 0);
    risk.push_back(.8);
  }
  const auto people = people_of(OutcomeKind::kBinary, truth, risk);
  EXPECT_NEAR(value_of("calibration-slope", people), std::log(1.5) / std::log(4.0), 1e-9);
  EXPECT_NEAR(value_of("calibration-intercept", people), 0, 1e-9);
  EXPECT_DOUBLE_EQ(value_of("oe-ratio", people), 1.0);
  EXPECT_NEAR(value_of("ece", people), 0.2, 1e-15);
}

TEST(Calibration, SlopeIsUndefinedWhenRisksSeparateTheClasses) {
  const auto people = people_of(OutcomeKind::kBinary, {0, 0, 0, 1, 1, 1}, {.1, .2, .3, .6, .7, .8});
  EXPECT_TRUE(std::isnan(value_of("calibration-slope", people)));
}

TEST(CIndex, HandlesTiesAndCensoring) {
  // Times 1 2 2 3, events 1 1 0 1, scores 4 2 2 1. Comparable: (1;2) (1;2c) (1;3) all concordant;
  // the event at 2 against the censored at 2 (lived longer), tied score: 1/2; against 3:
  // concordant.
  const auto people = people_of(OutcomeKind::kSurvival, {1, 1, 0, 1}, {4, 2, 2, 1}, {1, 2, 2, 3});
  EXPECT_DOUBLE_EQ(value_of("c-index", people), 4.5 / 5);
}

TEST(Continuous, MeasuresByHand) {
  // Truth 1 2 3, predictions 1 3 2: errors 0 1 -1.
  const auto people = people_of(OutcomeKind::kContinuous, {1, 2, 3}, {1, 3, 2});
  EXPECT_NEAR(value_of("rmse", people), std::sqrt(2.0 / 3), 1e-15);
  EXPECT_NEAR(value_of("mae", people), 2.0 / 3, 1e-15);
  EXPECT_NEAR(value_of("r2", people), 0, 1e-15);
  EXPECT_NEAR(value_of("pearson", people), 0.5, 1e-15);
  EXPECT_NEAR(value_of("spearman", people), 0.5, 1e-15);
  EXPECT_NEAR(value_of("calibration-slope", people), 0.5, 1e-15);
}

}  // namespace
}  // namespace gcrisk::evaluate
