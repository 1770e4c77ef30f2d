// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>

#include "models/boosting/boosted_trees.hpp"
#include "models/boosting/cox_loss.hpp"
#include "models/boosting/survival.hpp"
#include "models/linear/partial_likelihood.hpp"
#include "models/trees/forest.hpp"
#include "models/trees/survival_target.hpp"
#include "unit/expect_error.hpp"
#include "unit/models/cohorts.hpp"

namespace gcrisk::models {
namespace {

using base::Context;
using cohort::OutcomeKind;
using test::random_cohort;

cohort::Outcome survival(std::vector<double> times, std::vector<double> events) {
  cohort::Outcome outcome;
  outcome.name = "y";
  outcome.kind = OutcomeKind::kSurvival;
  outcome.times = std::move(times);
  outcome.values = std::move(events);
  return outcome;
}

// Pairs that can be judged: (1, 2), (1, 3), (1, 4), (3, 4); person 2 is censored before 3 and 4.
// Scores 4, 1, 3, 3: (1, all) agree, (3, 4) is a tie: 3.5 of 4.
TEST(Concordance, CountsPairsThatCanBeJudged) {
  const std::vector<double> times = {1, 2, 3, 4};
  const std::vector<double> events = {1, 0, 1, 1};
  const std::vector<double> scores = {4, 1, 3, 3};
  EXPECT_DOUBLE_EQ(trees::concordance(times, events, scores), 3.5 / 4);
  // Of the same time, one with the event and one without: the latter outlives. Two events: no pair.
  const std::vector<double> same = {5, 5};
  const std::vector<double> one = {1, 0};
  const std::vector<double> both = {1, 1};
  const std::vector<double> ordered = {2, 1};
  EXPECT_DOUBLE_EQ(trees::concordance(same, one, ordered), 1);
  EXPECT_TRUE(std::isnan(trees::concordance(same, both, ordered)));
}

TEST(Concordance, IsThatOfAllPairs) {
  base::Random random(4, "test concordance");
  std::vector<double> times(80);
  std::vector<double> events(80);
  std::vector<double> scores(80);
  for (std::size_t i = 0; i < 80; ++i) {
    times[i] = static_cast<double>(random.below(20));
    events[i] = random.uniform() < 0.6 ? 1 : 0;
    scores[i] = static_cast<double>(random.below(15));
  }
  double pairs = 0;
  double agree = 0;
  for (std::size_t i = 0; i < 80; ++i) {
    for (std::size_t j = 0; j < 80; ++j) {
      const bool before = times[i] < times[j] || (times[i] == times[j] && events[j] == 0);
      if (events[i] == 0 || !before) continue;
      pairs += 1;
      agree += scores[i] > scores[j] ? 1 : (scores[i] == scores[j] ? 0.5 : 0);
    }
  }
  EXPECT_NEAR(trees::concordance(times, events, scores), agree / pairs, 1e-12);
}

// Times 1, 2, 2, 3 with events 1, 1, 0, 1; everybody once. Hazards: 1/4 at 1, 1/3 at 2, 1/1 at 3.
// Scores: 1 - 1/4, 1 - 7/12, -7/12, 1 - 19/12. Three moments of events in the training set, of
// which 3, 2, 1 are not before the times 1, 2, 3: mortality 3/4 + 2/3 + 1. By 2.5: 1/4 + 1/3.
TEST(SurvivalTarget, ScoresByTheHazardOfTheNode) {
  const trees::SurvivalTarget target(survival({1, 2, 2, 3}, {1, 1, 0, 1}), 2.5);
  const std::array<std::uint32_t, 4> rows = {0, 1, 2, 3};
  std::array<trees::SurvivalTarget::Item, 4> items;
  items.fill({1, 0});
  std::array<double, 2> values{};
  target.score(rows, items, values.data());
  EXPECT_NEAR(values[0], 0.75 + 2.0 / 3 + 1, 1e-12);
  EXPECT_NEAR(values[1], 7.0 / 12, 1e-12);
  const std::array<double, 4> expected = {0.75, 5.0 / 12, -7.0 / 12, -7.0 / 12};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(items[i].weighted_value, expected[i], 1e-12) << i;
  }
}

// Hand: times 1, 2, 2, 3, events 1, 1, 1, 0, all scores 0. Sums at risk 4, then 3 and
// 3 - 1/2 × 2 = 2: log 4 + log 3 + log 2 = log 24, over four people.
TEST(CoxLoss, TakesTiesAfterEfron) {
  const auto loss = boosting::make_cox_loss(survival({2, 1, 3, 2}, {1, 1, 0, 1}), {1, 1, 1, 1});
  EXPECT_NEAR(loss->value(Eigen::MatrixXd::Zero(4, 1)), std::log(24.0) / 4, 1e-12);
}

// First and second derivatives by each score against differences of the loss itself.
void expect_derivatives(boosting::Loss& loss, Eigen::MatrixXd scores, double total) {
  Eigen::MatrixXd g(scores.rows(), scores.cols());
  Eigen::MatrixXd h(scores.rows(), scores.cols());
  loss.derivatives(scores, g, h);
  constexpr double kStep = 1e-4;
  const double here = loss.value(scores);
  for (Eigen::Index i = 0; i < scores.size(); ++i) {
    const double before = scores(i);
    scores(i) = before + kStep;
    const double up = loss.value(scores);
    scores(i) = before - kStep;
    const double down = loss.value(scores);
    scores(i) = before;
    EXPECT_NEAR(g(i), (up - down) / (2 * kStep) * total, 1e-6) << i;
    EXPECT_NEAR(h(i), std::max(1e-16, (up - 2 * here + down) / kStep / kStep * total), 1e-5) << i;
  }
}

cohort::Outcome random_times(std::size_t n) {
  base::Random random(8, "test cox");
  std::vector<double> times(n);
  std::vector<double> events(n);
  for (std::size_t i = 0; i < n; ++i) {
    times[i] = 1 + static_cast<double>(random.below(8));
    events[i] = random.uniform() < 0.7 ? 1 : 0;
  }
  return survival(times, events);
}

Eigen::MatrixXd random_scores(Eigen::Index rows, Eigen::Index columns) {
  base::Random random(9, "test scores");
  Eigen::MatrixXd scores(rows, columns);
  for (Eigen::Index i = 0; i < scores.size(); ++i) scores(i) = random.normal();
  return scores;
}

TEST(CoxLoss, DerivativesAreThoseOfTheLoss) {
  const auto loss = boosting::make_cox_loss(random_times(25), std::vector<double>(25, 1));
  expect_derivatives(*loss, random_scores(25, 1), 25);
}

// The loss is that of the regression, which was tested on its own.
TEST(CoxLoss, IsThePartialLikelihoodOfCox) {
  const auto outcome = random_times(40);
  const Eigen::MatrixXd scores = random_scores(40, 1);
  const linear::PartialLikelihood likelihood(outcome, {});
  const auto loss = boosting::make_cox_loss(outcome, std::vector<double>(40, 1));
  EXPECT_NEAR(loss->value(scores), -likelihood.log_likelihood(scores.col(0)) / 40, 1e-12);
}

// Events at 1, 2, 3, 5; two intervals of two events end at 2 and 5.
TEST(DiscreteLoss, IntervalsHaveAsManyEvents) {
  EXPECT_EQ(boosting::interval_ends(survival({1, 2, 3, 5, 4}, {1, 1, 1, 1, 0}), 2),
            (std::vector<double>{2, 5}));
  EXPECT_EQ(boosting::interval_ends(survival({2, 2, 2, 5}, {1, 1, 1, 1}), 2),
            (std::vector<double>{2, 5}));
}

// Intervals end at 2 and 5. Event at 1: has it in the first. Event at 2: too. Censored at 2: came
// to the end of the first. Censored at 3: the same. Event at 4: not in the first, in the second. At
// scores 0 each is log 2: 1 + 1 + 1 + 1 + 2 of them, over five people.
TEST(DiscreteLoss, CountsIntervalsOfWhichTheEndIsKnown) {
  const auto loss = boosting::make_discrete_loss(
      survival({1, 2, 2, 3, 4}, {1, 1, 0, 0, 1}), std::vector<double>(5, 1), {2, 5});
  EXPECT_NEAR(loss->value(Eigen::MatrixXd::Zero(5, 2)), 6 * std::log(2.0) / 5, 1e-12);
  // First interval: 2 events, 3 without; second: 1 and 0; half a person is added to both.
  const Eigen::RowVectorXd start = loss->start();
  EXPECT_NEAR(start(0), std::log(2.5 / 3.5), 1e-12);
  EXPECT_NEAR(start(1), std::log(1.5 / 0.5), 1e-12);
}

TEST(DiscreteLoss, DerivativesAreThoseOfTheLoss) {
  const auto loss =
      boosting::make_discrete_loss(random_times(25), std::vector<double>(25, 1), {2, 4, 8});
  Eigen::MatrixXd scores = random_scores(25, 3);
  Eigen::MatrixXd g(25, 3);
  Eigen::MatrixXd h(25, 3);
  loss->derivatives(scores, g, h);
  constexpr double kStep = 1e-4;
  for (Eigen::Index i = 0; i < scores.size(); ++i) {
    Eigen::MatrixXd up = scores;
    Eigen::MatrixXd down = scores;
    up(i) += kStep;
    down(i) -= kStep;
    EXPECT_NEAR(g(i), (loss->value(up) - loss->value(down)) / (2 * kStep) * 25, 1e-6);
    EXPECT_NEAR(
        h(i),
        (loss->value(up) - 2 * loss->value(scores) + loss->value(down)) / kStep / kStep * 25,
        1e-5);
  }
}

// Cox: hazard 0.2 after 1 and 0.5 after 3; score log 2 doubles it. Discrete: scores 0 are P = 1/2
// in the intervals (0, 1] and (1, 3]; by 2 the first is past and half of the second: 1 - 2^-1.5.
TEST(TimeScale, TurnsScoresIntoRisks) {
  boosting::TimeScale cox{false, {1, 3}, {0.2, 0.5}, 2};
  const Eigen::MatrixXd score = Eigen::MatrixXd::Constant(1, 1, std::log(2.0));
  EXPECT_NEAR(cox.predict(score).risk(0, 0), 1 - std::exp(-0.4), 1e-12);
  cox.horizon = 0.5;
  EXPECT_EQ(cox.predict(score).risk(0, 0), 0);
  const boosting::TimeScale discrete{true, {1, 3}, {}, 2};
  const Prediction out = discrete.predict(Eigen::MatrixXd::Zero(1, 2));
  EXPECT_NEAR(out.risk(0, 0), 1 - std::pow(2, -1.5), 1e-12);
  EXPECT_NEAR(out.score(0, 0), std::log(2 * std::log(2.0)), 1e-12);
}

// New people of the same making: who is judged to be at higher risk has the event first in clearly
// more than half of the pairs.
struct Judged {
  double concordance;
  double mean_risk;
  double share_with_event;  // by the horizon, of those of whom it is known
};

template <typename M>
Judged judge(M& model, double horizon) {
  const auto all = random_cohort({.n_samples = 900, .outcome = OutcomeKind::kSurvival});
  std::vector<std::uint32_t> first(600);
  std::vector<std::uint32_t> last(300);
  std::iota(first.begin(), first.end(), 0U);
  std::iota(last.begin(), last.end(), 600U);
  const auto train = all.select_rows(first);
  const auto test = all.select_rows(last);
  const Context context = Context::make(2);
  model.fit(train, nullptr, context);
  const Prediction out = model.predict(test, context);
  const Eigen::VectorXd score = out.score.col(0);
  Judged judged{};
  judged.concordance = trees::concordance(test.outcome.times,
                                          test.outcome.values,
                                          {score.data(), static_cast<std::size_t>(score.size())});
  judged.mean_risk = out.risk.mean();
  // Kaplan-Meier by hand: the product over events until the horizon of 1 - 1 / (still followed).
  double free = 1;
  for (std::size_t i = 0; i < 300; ++i) {
    if (test.outcome.values[i] == 0 || test.outcome.times[i] > horizon) continue;
    double at_risk = 0;
    for (const double t : test.outcome.times) at_risk += t >= test.outcome.times[i] ? 1 : 0;
    free *= 1 - 1 / at_risk;
  }
  judged.share_with_event = 1 - free;
  return judged;
}

// The standard error of a share of 300 people is at most 0.03; three of them are allowed, and as
// much again for what shrinkage of the models does to the mean.
void expect_good(const Judged& judged) {
  EXPECT_GT(judged.concordance, 0.66);
  EXPECT_NEAR(judged.mean_risk, judged.share_with_event, 0.12);
}

TEST(SurvivalForest, RanksNewPeopleAndKnowsTheirRisk) {
  trees::ForestSettings settings;
  settings.n_trees = 200;
  settings.mtry = "third";
  settings.grow.min_leaf = 15;
  settings.horizon = 0.5;
  trees::Forest forest(settings);
  expect_good(judge(forest, 0.5));
}

TEST(BoostedTrees, RankPeopleByTimeToTheEvent) {
  for (const char* loss : {"cox", "discrete"}) {
    boosting::BoostingSettings settings;
    settings.rounds = 60;
    settings.growth.max_leaves = 6;
    settings.horizon = 0.5;
    settings.survival_loss = loss;
    settings.intervals = 5;
    boosting::BoostedTrees model(settings);
    SCOPED_TRACE(loss);
    expect_good(judge(model, 0.5));
  }
}

TEST(SurvivalTrees, RefuseWhatBelongsToTimes) {
  const auto binary = random_cohort({});
  trees::ForestSettings forest;
  forest.horizon = 3;
  EXPECT_ERROR_HINT(trees::Forest(forest).fit(binary, nullptr, Context::make()),
                    base::UsageError,
                    "--horizon: outcome 'y' is binary, expected a time to an event",
                    "name the column of times in gcrisk preprocess: --time-name");
  boosting::BoostingSettings boosting;
  boosting.survival_loss = "discrete";
  EXPECT_ERROR(boosting::BoostedTrees(boosting).fit(binary, nullptr, Context::make()),
               base::UsageError,
               "--survival-loss: outcome 'y' is binary, expected a time to an event");
  auto times = random_cohort({.outcome = OutcomeKind::kSurvival});
  boosting.xgboost_file = "model.json";
  EXPECT_ERROR_HINT(boosting::BoostedTrees(boosting).fit(times, nullptr, Context::make()),
                    base::UsageError,
                    "--from-xgboost: XGBoost has no loss of discrete time",
                    "give --survival-loss cox");
  times.outcome.values.assign(times.n_samples(), 0);
  EXPECT_ERROR(trees::Forest(trees::ForestSettings()).fit(times, nullptr, Context::make()),
               base::DegenerateError,
               "outcome 'y': nobody in the training set has the event");
}

}  // namespace
}  // namespace gcrisk::models
