// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/models/model.hpp"
#include "models/linear/partial_likelihood.hpp"
#include "unit/models/cohorts.hpp"

namespace gcrisk::models {
namespace {

using base::Context;
using cohort::OutcomeKind;
using linear::PartialLikelihood;
using test::random_cohort;
using Options = std::vector<std::pair<std::string, std::string>>;

std::unique_ptr<Model> fitted(const cohort::Dataset& data,
                              const Options& options,
                              const Context& context = Context::make()) {
  const ModelEntry& entry = find_model("cox");
  base::Parameters parameters(entry.parameters);
  for (const auto& [name, value] : options) parameters.set(name, value);
  auto model = entry.make(parameters);
  model->fit(data, nullptr, context);
  return model;
}

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const base::Error& error) {
    return error.what() + std::string(" | ") + error.hint();
  }
  return "nothing was thrown";
}

cohort::Outcome times(std::vector<double> t, std::vector<double> events) {
  cohort::Outcome outcome;
  outcome.kind = OutcomeKind::kSurvival;
  outcome.name = "death";
  outcome.times = std::move(t);
  outcome.values = std::move(events);
  return outcome;
}

// Four people, two events tied at time 1, one censored at 1, one event at 2; all eta 0.
// Efron: the first of the two is one of 4, the second one of 4 - 1/2 * 2 = 3; then one of 1.
TEST(PartialLikelihood, CountsTiesAsEfronDoes) {
  const PartialLikelihood likelihood(times({1, 2, 1, 1}, {1, 1, 0, 1}), {});
  const Eigen::VectorXd eta = Eigen::VectorXd::Zero(4);
  EXPECT_NEAR(likelihood.log_likelihood(eta), -std::log(4.0) - std::log(3.0), 1e-12);
  // The hazard at time 1 is 1/4 + 1/3; those with the event share 1/4 + 1/2 * 1/3 of it.
  const Eigen::VectorXd residual = likelihood.residuals(eta);
  EXPECT_NEAR(residual(0), 1 - (1.0 / 4 + 1.0 / 6), 1e-12);
  EXPECT_NEAR(residual(2), -(1.0 / 4 + 1.0 / 3), 1e-12);
  EXPECT_NEAR(residual(1), 1 - (1.0 / 4 + 1.0 / 3) - 1, 1e-12);
  EXPECT_NEAR(residual.sum(), 0, 1e-12);
  const auto baseline = likelihood.baseline(eta);
  ASSERT_EQ(baseline.size(), 1U);
  EXPECT_EQ(baseline[0].at(0.5), 0);
  EXPECT_NEAR(baseline[0].at(1.5), 1.0 / 4 + 1.0 / 3, 1e-12);
  EXPECT_NEAR(baseline[0].at(9), 1.0 / 4 + 1.0 / 3 + 1, 1e-12);
}

// Strata have risk sets of their own: one of 2, one of 1, one of 1.
TEST(PartialLikelihood, KeepsStrataApart) {
  const PartialLikelihood likelihood(times({1, 2, 3}, {1, 1, 1}), {0, 1, 0});
  EXPECT_NEAR(likelihood.log_likelihood(Eigen::VectorXd::Zero(3)), -std::log(2.0), 1e-12);
}

TEST(PartialLikelihood, HasTheDerivativesOfItsDifferences) {
  const auto data = random_cohort({.n_samples = 40, .outcome = OutcomeKind::kSurvival});
  cohort::Outcome outcome = data.outcome;
  for (double& t : outcome.times) t = std::ceil(4 * t);  // ties
  std::vector<std::int32_t> strata;
  for (int i = 0; i < 40; ++i) strata.push_back(i % 2);
  const PartialLikelihood likelihood(outcome, strata);
  const Eigen::MatrixXd x = data.clinical.leftCols(2) / 5;
  const Eigen::Vector2d beta(0.3, -0.2);
  const auto at = likelihood.derivatives(x, beta);
  const Eigen::MatrixXd inverse = at.information.inverse();
  const Eigen::VectorXd firth = likelihood.firth_gradient(x, beta, inverse);
  constexpr double kStep = 1e-5;
  for (Eigen::Index j = 0; j < 2; ++j) {
    const Eigen::Vector2d step = kStep * Eigen::Vector2d::Unit(j);
    const auto up = likelihood.derivatives(x, beta + step);
    const auto down = likelihood.derivatives(x, beta - step);
    EXPECT_NEAR((up.log_likelihood - down.log_likelihood) / (2 * kStep), at.gradient(j), 1e-6);
    const Eigen::Vector2d bent = (down.gradient - up.gradient) / (2 * kStep);
    EXPECT_LT((bent - at.information.col(j)).cwiseAbs().maxCoeff(), 1e-5);
    const double log_ratio =
        std::log(up.information.determinant() / down.information.determinant());
    EXPECT_NEAR(0.5 * log_ratio / (2 * kStep), firth(j), 1e-6);
  }
}

TEST(CoxModel, LeavesTheColumnOfStrataWithoutACoefficient) {
  auto data = random_cohort({.n_variants = 3, .outcome = OutcomeKind::kSurvival});
  for (Eigen::Index i = 0; i < 120; ++i) data.clinical(i, 1) = static_cast<double>(i % 3);
  const auto model = fitted(data, {{"lambda", "0"}, {"strata", "clin1"}});
  EXPECT_EQ(model->summary()["strata"], 3);
  const auto beta = std::get<std::vector<double>>(model->save().tensors.at("coefficients").values);
  ASSERT_EQ(beta.size(), 6U);
  EXPECT_EQ(beta[4], 0);
  EXPECT_NE(beta[5], 0);
  data.clinical(7, 1) = 9;
  EXPECT_EQ(message_of([&] { model->predict(data, Context::make()); }),
            "column 'clin1' has the value 9 for p7, which no stratum of the training set has | "
            "leave these people out, or train without --strata");
}

TEST(CoxModel, RefusesWhatItCannotFit) {
  EXPECT_EQ(message_of([] { fitted(random_cohort({}), {}); }),
            "cox: outcome 'y' is binary, expected a time to an event | name the column of times in "
            "gcrisk preprocess: --time-name");
  const auto data = random_cohort({.outcome = OutcomeKind::kSurvival});
  EXPECT_EQ(message_of([&] {
              fitted(data, {{"strata", "clin7"}});
            }).substr(0, 67),
            "--strata clin7: the training set has no such clinical column | near");
  auto censored = data;
  std::fill(censored.outcome.values.begin(), censored.outcome.values.end(), 0.0);
  EXPECT_EQ(message_of([&] { fitted(censored, {}); }),
            "outcome 'y': nobody in the training set has the event | check the column of events, "
            "--keep and the split");
  EXPECT_NE(message_of([&] {
              fitted(random_cohort({.n_samples = 20, .outcome = OutcomeKind::kSurvival}),
                     {{"lambda", "0"}});
            }).find("needs more people than features"),
            std::string::npos);
}

}  // namespace
}  // namespace gcrisk::models
