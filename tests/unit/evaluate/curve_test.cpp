// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/random.hpp"
#include "gcrisk/evaluate/bootstrap.hpp"
#include "gcrisk/evaluate/compare.hpp"
#include "gcrisk/evaluate/curves.hpp"
#include "gcrisk/evaluate/delong.hpp"
#include "gcrisk/evaluate/survival.hpp"

namespace gcrisk::evaluate {
namespace {

Scored binary(const std::vector<double>& truth, const std::vector<double>& risk) {
  cohort::Outcome outcome;
  outcome.kind = cohort::OutcomeKind::kBinary;
  outcome.values = truth;
  outcome.levels = {"0", "1"};
  Predicted predicted;
  predicted.risk =
      Eigen::Map<const Eigen::VectorXd>(risk.data(), static_cast<Eigen::Index>(risk.size()));
  std::vector<std::uint32_t> rows(truth.size());
  std::iota(rows.begin(), rows.end(), 0U);
  return make_scored(outcome, predicted, rows);
}

Scored random_people(std::size_t n, std::uint64_t seed) {
  base::Random random(seed, "test");
  std::vector<double> truth;
  std::vector<double> risk;
  for (std::size_t i = 0; i < n; ++i) {
    const double p = random.uniform();
    risk.push_back(p);
    truth.push_back(random.uniform() < p ? 1 : 0);
  }
  return binary(truth, risk);
}

TEST(RocCurve, HasAPointADistinctRisk) {
  const auto curve = roc_curve(binary({0, 0, 1, 1, 1}, {.1, .4, .4, .8, .8}));
  ASSERT_EQ(curve.size(), 4U);
  EXPECT_EQ(curve[0].sensitivity, 0);
  EXPECT_EQ(curve[1].threshold, .8);
  EXPECT_DOUBLE_EQ(curve[1].sensitivity, 2.0 / 3);
  EXPECT_DOUBLE_EQ(curve[2].specificity, 0.5);
  EXPECT_DOUBLE_EQ(curve[3].sensitivity, 1);
  EXPECT_DOUBLE_EQ(curve[3].specificity, 0);
}

TEST(RocCurve, IsEmptyWhenAClassIsAbsent) {
  EXPECT_TRUE(roc_curve(binary({1, 1}, {.1, .2})).empty());
  EXPECT_TRUE(roc_curve(binary({0, 0}, {.1, .2})).empty());
}

TEST(RocOnGrid, FollowsTheCurve) {
  // Points (0,0) (0,.5) (.5,.5) (.5,1) (1,1): at 0 the upper end, .5; at .25 .5; at .5 1.
  const auto grid =
      roc_on_grid(binary({1, 0, 1, 0}, {.9, .7, .5, .3}), std::vector<double>(4, 1.0), 5);
  EXPECT_EQ(grid, (std::vector<double>{.5, .5, 1, 1, 1}));
}

TEST(Threshold, RulesChooseOnTheCurve) {
  // Thresholds .9 .7 .5 .3: (sens, spec) = (.5, 1) (.5, .5) (1, .5) (1, 0).
  const auto people = binary({1, 0, 1, 0}, {.9, .7, .5, .3});
  EXPECT_EQ(choose_threshold(people, ThresholdRule::kYouden, 0), .9);  // .5, the highest of equals
  EXPECT_EQ(choose_threshold(people, ThresholdRule::kSensitivity, .9), .5);
  EXPECT_EQ(choose_threshold(people, ThresholdRule::kSpecificity, .4), .5);
  EXPECT_TRUE(std::isnan(choose_threshold(binary({1}, {.5}), ThresholdRule::kYouden, 0)));
}

TEST(Wilson, GivesThePublishedInterval) {
  // Newcombe 1998, table 1: 81 of 263, 95 %: 0.2553 to 0.3662; 0 of 20: 0 to 0.1611.
  const Proportion a = wilson(81, 263, 0.95);
  EXPECT_NEAR(a.low, 0.2553, 5e-5);
  EXPECT_NEAR(a.high, 0.3662, 5e-5);
  const Proportion b = wilson(0, 20, 0.95);
  EXPECT_EQ(b.low, 0);
  EXPECT_NEAR(b.high, 0.1611, 5e-5);
}

TEST(DecisionCurve, MeetsTreatAllBelowTheLowestRisk) {
  const auto curve = decision_curve(binary({1, 0, 1, 0}, {.9, .7, .5, .3}));
  ASSERT_EQ(curve.size(), 99U);
  EXPECT_DOUBLE_EQ(curve[19].model, curve[19].treat_all);  // at 0.20
  EXPECT_DOUBLE_EQ(curve[94].model, 0);                    // at 0.95 nobody is positive
}

TEST(CalibrationBins, HoldEverybodyOnceAndKeepTiesTogether) {
  std::vector<double> risk(100, 0.3);
  std::vector<double> truth(100, 0.0);
  for (std::size_t i = 0; i < 40; ++i) risk[i] = 0.01 * static_cast<double>(i);
  truth[5] = truth[99] = 1;
  std::size_t n = 0;
  double above = -1;
  for (const auto& bin : calibration_bins(binary(truth, risk), 10, 0.95)) {
    n += bin.n;
    EXPECT_GT(bin.low, above);
    above = bin.high;
  }
  EXPECT_EQ(n, 100U);
}

TEST(CalibrationSmooth, IsTheDiagonalForCalibratedRisks) {
  const auto curve = calibration_smooth(random_people(20000, 11), 0.95);
  ASSERT_EQ(curve.size(), 100U);
  for (const auto& point : curve) {
    EXPECT_NEAR(point.observed, point.risk, 0.03);
    EXPECT_LT(point.low, point.observed);
    EXPECT_GT(point.high, point.observed);
  }
}

TEST(CalibrationSmooth, IsEmptyWhereItCannotBeFitted) {
  EXPECT_TRUE(calibration_smooth(binary({1, 0}, {.1, .2}), 0.95).empty());
  EXPECT_TRUE(
      calibration_smooth(binary(std::vector<double>(30, 1.0), std::vector<double>(30, .4)), 0.95)
          .empty());
}

// Five cases and five controls: components straight from the definition (DeLong et al. 1988,
// equations 3 to 5), all pairs.
TEST(Delong, VarianceIsThatOfThePlacements) {
  const std::vector<double> truth = {1, 1, 1, 0, 0, 0, 0};
  const std::vector<double> rank = {.9, .6, .4, .6, .5, .2, .1};
  std::vector<double> v10;
  std::vector<double> v01;
  const auto psi = [](double x, double y) { return x > y ? 1.0 : (x == y ? 0.5 : 0.0); };
  for (int i = 0; i < 3; ++i) {
    double sum = 0;
    for (int j = 3; j < 7; ++j) sum += psi(rank[i], rank[j]);
    v10.push_back(sum / 4);
  }
  for (int j = 3; j < 7; ++j) {
    double sum = 0;
    for (int i = 0; i < 3; ++i) sum += psi(rank[i], rank[j]);
    v01.push_back(sum / 3);
  }
  const double area = (v10[0] + v10[1] + v10[2]) / 3;
  double s10 = 0;
  double s01 = 0;
  for (const double v : v10) s10 += (v - area) * (v - area) / 2;
  for (const double v : v01) s01 += (v - area) * (v - area) / 3;
  const Area fast = delong_area(truth, rank);
  EXPECT_NEAR(fast.value, area, 1e-15);
  EXPECT_NEAR(fast.variance, s10 / 3 + s01 / 4, 1e-15);
}

TEST(Delong, AModelDoesNotDifferFromItself) {
  const std::vector<double> truth = {1, 1, 0, 0, 1, 0};
  const std::vector<double> rank = {.9, .3, .4, .2, .6, .5};
  const AreaDifference same = delong_difference(truth, rank, rank);
  EXPECT_EQ(same.difference, 0);
  EXPECT_EQ(same.p, 1);
  EXPECT_NEAR(same.covariance, same.first.variance, 1e-15);
}

TEST(Delong, GivesNoIntervalForAPerfectModel) {
  const Area area = delong_area(std::vector<double>{1, 1, 0, 0}, std::vector<double>{4, 3, 2, 1});
  EXPECT_EQ(area.value, 1);
  EXPECT_TRUE(std::isnan(delong_interval(area, 0.95).low));
  EXPECT_TRUE(std::isnan(delong_logit_interval(area, 0.95).low));
}

TEST(Bootstrap, IsTheSameOnAnyNumberOfThreadsAndKeepsTheStrata) {
  const Scored people = random_people(200, 3);
  const auto cases = static_cast<double>(people.n_events());
  const auto measure = [&](Weights weights) {
    double n = 0;
    double sum = 0;
    for (std::size_t i = 0; i < people.size(); ++i) {
      n += weights[i] * people.truth[i];
      sum += weights[i] * people.risk[i];
    }
    return std::vector<double>{n, sum};
  };
  const auto one = bootstrap(people, 50, base::Context::make(1, 7), measure);
  const auto two = bootstrap(people, 50, base::Context::make(2, 7), measure);
  const auto other = bootstrap(people, 50, base::Context::make(1, 8), measure);
  EXPECT_EQ(one, two);
  EXPECT_NE(one, other);
  for (const auto& sample : one) EXPECT_EQ(sample[0], cases);
}

TEST(KaplanMeier, MultipliesTheSharesThatGoOn) {
  // Times 1 2 2 3 4, events 1 1 0 0 1: 4/5, then 3/4 of it, then 0.
  const auto curve =
      kaplan_meier(std::vector<double>{1, 2, 2, 3, 4}, std::vector<double>{1, 1, 0, 0, 1}, 0.95);
  ASSERT_EQ(curve.size(), 5U);
  EXPECT_DOUBLE_EQ(curve[1].survival, 0.8);
  EXPECT_DOUBLE_EQ(curve[2].survival, 0.8 * 3 / 4);
  EXPECT_EQ(curve[2].at_risk, 4U);
  EXPECT_EQ(curve[2].censored, 1U);
  EXPECT_DOUBLE_EQ(curve[3].survival, 0.6);
  EXPECT_DOUBLE_EQ(curve[4].survival, 0);
  EXPECT_EQ(median_survival(curve), 4);
  EXPECT_DOUBLE_EQ(survival_at(curve, 2.5), 0.6);
}

TEST(LogRank, AgreesWithTheHandComputation) {
  // Group 0: events at 1, 3; group 1: events at 2, 4.
  // t=1: risk 2/2, E0 = 1/2, V = 1/4. t=2: 1/2, E0 = 1/3, V = 2/9. t=3: 1/1, E0 = 1/2, V = 1/4.
  // t=4: 0/1, E0 = 0. O0 - E0 = 2 - 4/3 = 2/3; V = 13/18; chi-square = (4/9) / (13/18) = 8/13.
  const auto test = log_rank(std::vector<double>{1, 3, 2, 4},
                             std::vector<double>{1, 1, 1, 1},
                             std::vector<std::int32_t>{0, 0, 1, 1});
  EXPECT_NEAR(test.chi_square, 8.0 / 13, 1e-12);
  EXPECT_EQ(test.degrees_of_freedom, 1U);
  EXPECT_NEAR(test.expected[0], 4.0 / 3, 1e-12);
}

TEST(LogRank, IsUndefinedForOneGroup) {
  EXPECT_TRUE(std::isnan(log_rank(std::vector<double>{1, 2},
                                  std::vector<double>{1, 1},
                                  std::vector<std::int32_t>{0, 0})
                             .p));
}

TEST(CompareModels, FindsWhatIsBetterAndByHowMuch) {
  const std::vector<double> truth = {1, 1, 1, 1, 0, 0, 0, 0};
  const std::vector<double> good = {.9, .8, .7, .6, .4, .3, .2, .1};
  const std::vector<double> bad = {.6, .4, .3, .7, .6, .3, .2, .4};
  const auto rows =
      compare_models(binary(truth, good), binary(truth, bad), 0.95, 200, base::Context::make(1, 1));
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.front().metric, "auroc");
  EXPECT_EQ(rows.front().first, 1);
  const auto& idi = *std::find_if(
      rows.begin(), rows.end(), [](const Difference& d) { return d.metric == "idi"; });
  // Means: cases .75 - .5 = .25, controls .25 - .375 = -.125; IDI = .375.
  EXPECT_NEAR(idi.difference, 0.375, 1e-12);
  const auto& mcnemar = rows.back();
  EXPECT_EQ(mcnemar.metric, "accuracy_mcnemar");
  // Only the first is right for persons 2, 3 and 5; only the second for nobody: p = 2 / 2^3.
  EXPECT_NEAR(mcnemar.p, 0.25, 1e-12);
}

TEST(CompareModels, RefusesDifferentPeople) {
  EXPECT_THROW(static_cast<void>(compare_models(binary({1, 0, 1}, {.1, .2, .3}),
                                                binary({1, 0}, {.1, .2}),
                                                0.95,
                                                0,
                                                base::Context::make())),
               base::MismatchError);
}

}  // namespace
}  // namespace gcrisk::evaluate
