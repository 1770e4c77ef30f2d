// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/models/model.hpp"
#include "unit/models/cohorts.hpp"

namespace gcrisk::models {
namespace {

using base::Context;
using cohort::OutcomeKind;
using Eigen::Index;
using test::as_matrix;
using test::CohortShape;
using test::random_cohort;

std::unique_ptr<Model> make(const std::vector<std::pair<std::string, std::string>>& options) {
  const ModelEntry& entry = find_model("lr");
  base::Parameters parameters(entry.parameters);
  for (const auto& [name, value] : options) parameters.set(name, value);
  return entry.make(parameters);
}

std::unique_ptr<Model> fitted(const cohort::Dataset& data,
                              const std::vector<std::pair<std::string, std::string>>& options,
                              const cohort::Dataset* validation = nullptr,
                              const Context& context = Context::make()) {
  auto model = make(options);
  model->fit(data, validation, context);
  return model;
}

std::vector<double> tensor(const Model& model, const std::string& name) {
  return std::get<std::vector<double>>(model.save().tensors.at(name).values);
}

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const base::Error& error) {
    return error.what() + std::string(" | ") + error.hint();
  }
  return "nothing was thrown";
}

// A cohort of one dense column and a case/control outcome.
cohort::Dataset one_column(const std::vector<double>& x, const std::vector<double>& y) {
  cohort::Dataset data;
  data.clinical.resize(static_cast<Index>(x.size()), 1);
  data.clinical_names = {"x"};
  data.molecular.resize(static_cast<Index>(x.size()), 0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    data.ids.push_back(std::to_string(i));
    data.clinical(static_cast<Index>(i), 0) = x[i];
  }
  data.genotypes = test::random_genotypes(x.size(), 0, 0, 1);
  data.outcome.kind = OutcomeKind::kBinary;
  data.outcome.name = "y";
  data.outcome.levels = {"control", "case"};
  data.outcome.values = y;
  return data;
}

// A 2 × 2 table: 10 exposed with 6 cases, 10 unexposed with 2. The coefficient is the log odds
// ratio log((6/4)/(2/8)) = log 6, its squared error 1/6 + 1/4 + 1/2 + 1/8 = 25/24.
TEST(LogisticRegression, GivesTheOddsRatioOfATwoByTwoTable) {
  std::vector<double> x(20, 0.0);
  std::vector<double> y(20, 0.0);
  for (int i = 0; i < 10; ++i) x[static_cast<std::size_t>(i)] = 1;
  for (const int i : {0, 1, 2, 3, 4, 5, 10, 11}) y[static_cast<std::size_t>(i)] = 1;
  const auto model = fitted(one_column(x, y), {{"lambda", "0"}});
  const base::Json rows = model->summary()["coefficients"];
  EXPECT_NEAR(rows[1]["beta"].get<double>(), std::log(6.0), 1e-9);
  EXPECT_NEAR(rows[1]["se"].get<double>(), std::sqrt(25.0 / 24), 1e-9);
  EXPECT_NEAR(rows[0]["beta"].get<double>(), std::log(0.25), 1e-9);
  // The intercept's error is that of the unexposed: 1/2 + 1/8.
  EXPECT_NEAR(rows[0]["se"].get<double>(), std::sqrt(0.625), 1e-9);
  // Likelihood ratio: 2 (6 ln .6 + 4 ln .4 + 2 ln .2 + 8 ln .8 - 8 ln .4 - 12 ln .6) = 3.4522
  const double lr = 2 * (6 * std::log(.6) + 4 * std::log(.4) + 2 * std::log(.2) + 8 * std::log(.8) -
                         8 * std::log(.4) - 12 * std::log(.6));
  EXPECT_NEAR(rows[1]["p_lr"].get<double>(), std::erfc(std::sqrt(lr / 2)), 1e-9);
}

// Firth on a 2 × 2 table is the odds ratio with half a person added to each cell
// (Heinze, Schemper 2002), also where a cell is empty: log((5.5/0.5)/(2.5/3.5)).
TEST(LogisticRegression, TurnsToFirthWhereClassesAreSeparated) {
  const std::vector<double> x = {1, 1, 1, 1, 1, 0, 0, 0, 0, 0};
  const std::vector<double> y = {1, 1, 1, 1, 1, 1, 1, 0, 0, 0};
  const auto model = fitted(one_column(x, y), {{"lambda", "0"}});
  const base::Json summary = model->summary();
  EXPECT_EQ(summary["method"], "Firth");
  EXPECT_NEAR(summary["coefficients"][1]["beta"].get<double>(),
              std::log(5.5 / 0.5) - std::log(2.5 / 3.5),
              1e-8);
}

TEST(LogisticRegression, LeavesSeparationAloneWhenFirthIsOffAndRefusesItUnderStrict) {
  const std::vector<double> x = {1, 1, 1, 1, 1, 0, 0, 0, 0, 0};
  Context strict = Context::make();
  strict.strict = true;
  EXPECT_NE(message_of([&] {
              fitted(one_column(x, x), {{"lambda", "0"}, {"firth", "off"}}, nullptr, strict);
            }).find("separate the classes of 'y'"),
            std::string::npos);
}

// Ordinary least squares through the normal equations of the plain matrix.
TEST(LinearRegression, AgreesWithTheNormalEquations) {
  const auto data = random_cohort({.n_variants = 6, .outcome = OutcomeKind::kContinuous});
  const auto model = fitted(data, {{"lambda", "0"}});
  Eigen::MatrixXd x(120, 10);
  x << Eigen::VectorXd::Ones(120), as_matrix(data);
  const Eigen::Map<const Eigen::VectorXd> y(data.outcome.values.data(), 120);
  const Eigen::MatrixXd xx = x.transpose() * x;
  const Eigen::VectorXd beta = xx.ldlt().solve(x.transpose() * y);
  const double s2 = (y - x * beta).squaredNorm() / (120 - 10);
  const Eigen::MatrixXd inverse = xx.inverse();
  const base::Json rows = model->summary()["coefficients"];
  ASSERT_EQ(rows.size(), 10U);
  for (Index j = 0; j < 10; ++j) {
    EXPECT_NEAR(rows[static_cast<std::size_t>(j)]["beta"].get<double>(), beta(j), 1e-9);
    EXPECT_NEAR(
        rows[static_cast<std::size_t>(j)]["se"].get<double>(), std::sqrt(s2 * inverse(j, j)), 1e-9);
  }
}

// The conditions of the optimum on the standardised columns, computed from the plain matrix:
// |x'r| <= lambda alpha where b = 0, x'r = lambda (alpha sign b + (1 - alpha) b) elsewhere.
void expect_optimal(const cohort::Dataset& data, double lambda, double alpha) {
  const auto model =
      fitted(data, {{"lambda", base::format_exact(lambda)}, {"alpha", base::format_exact(alpha)}});
  const Eigen::MatrixXd x = as_matrix(data);
  const auto n = static_cast<double>(data.n_samples());
  const Prediction prediction = model->predict(data, Context::make());
  const Index columns = prediction.score.cols();
  Eigen::MatrixXd r(x.rows(), columns);
  for (Index i = 0; i < x.rows(); ++i) {
    const double y = data.outcome.values[static_cast<std::size_t>(i)];
    if (data.outcome.kind == OutcomeKind::kContinuous) {
      r(i, 0) = (y - prediction.score(i, 0)) / n;
    } else {
      for (Index k = 0; k < columns; ++k) {
        const double seen = columns == 1 ? y : (static_cast<Index>(y) == k ? 1.0 : 0.0);
        r(i, k) = (seen - prediction.risk(i, k)) / n;
      }
    }
  }
  const auto beta = tensor(*model, "coefficients");
  std::size_t nonzero = 0;
  for (Index j = 0; j < x.cols(); ++j) {
    // Standardised over called genotypes, the mean standing for missing ones.
    double sum = 0, squares = 0, count = 0;
    for (Index i = 0; i < x.rows(); ++i) {
      if (j < static_cast<Index>(data.n_variants()) &&
          data.genotypes.code(static_cast<std::size_t>(j), static_cast<std::size_t>(i)) ==
              genotype::kMissing) {
        continue;
      }
      sum += x(i, j);
      squares += x(i, j) * x(i, j);
      count += 1;
    }
    const double mean = sum / count;
    const double sd = std::sqrt(squares / count - mean * mean);
    for (Index k = 0; k < columns; ++k) {
      const double slope = (x.col(j).array() - mean).matrix().dot(r.col(k)) / sd;
      const double b = beta[static_cast<std::size_t>(j * columns + k)] * sd;
      if (b == 0) {
        EXPECT_LE(std::abs(slope), lambda * alpha * (1 + 1e-6));
      } else {
        ++nonzero;
        EXPECT_NEAR(slope, lambda * (alpha * (b > 0 ? 1 : -1) + (1 - alpha) * b), 1e-8);
      }
    }
  }
  for (Index k = 0; k < columns; ++k) EXPECT_NEAR(r.col(k).sum(), 0, 1e-8);
  EXPECT_GT(nonzero, 0U);
}

TEST(ElasticNet, MeetsTheConditionsOfItsOptimum) {
  for (const auto kind :
       {OutcomeKind::kBinary, OutcomeKind::kContinuous, OutcomeKind::kMulticlass}) {
    for (const double alpha : {0.0, 0.5, 1.0}) {
      SCOPED_TRACE(std::string(cohort::to_string(kind)) + " alpha " + std::to_string(alpha));
      expect_optimal(random_cohort({.n_molecular = 2, .outcome = kind}), 0.03, alpha);
    }
  }
}

TEST(ElasticNet, MeetsTheConditionsOfItsOptimumWithMoreFeaturesThanPeople) {
  for (const auto kind :
       {OutcomeKind::kBinary, OutcomeKind::kContinuous, OutcomeKind::kMulticlass}) {
    SCOPED_TRACE(cohort::to_string(kind));
    expect_optimal(random_cohort({.n_samples = 60, .n_variants = 300, .outcome = kind}), 0.05, 0.9);
  }
}

TEST(ElasticNet, KeepsUnpenalisedColumnsAtAnyLambda) {
  const auto data = random_cohort({});
  const auto model = fitted(data, {{"lambda", "10"}, {"unpenalised", "clinical"}});
  const auto beta = tensor(*model, "coefficients");
  for (std::size_t j = 0; j < 20; ++j) EXPECT_EQ(beta[j], 0.0);
  for (std::size_t j = 20; j < 23; ++j) EXPECT_NE(beta[j], 0.0);
}

TEST(ElasticNet, ChoosesLambdaByCrossValidationAndByAValidationSet) {
  const auto data = random_cohort({.n_samples = 200});
  const auto held_out = random_cohort({.n_samples = 100, .seed = 2});
  const base::Json cv = fitted(data, {})->summary();
  EXPECT_GT(cv["nonzero_features"].get<int>(), 2);
  EXPECT_TRUE(cv["path"][0].contains("held_out_se"));
  const base::Json sparse = fitted(data, {{"lambda-rule", "1se"}})->summary();
  EXPECT_GE(sparse["lambda"].get<double>(), cv["lambda"].get<double>());
  const base::Json by = fitted(data, {{"lambda-by", "validation"}}, &held_out)->summary();
  double best = 1e9;
  double at = 0;
  for (const auto& point : by["path"]) {
    if (point["held_out_loss"].get<double>() < best) {
      best = point["held_out_loss"].get<double>();
      at = point["lambda"].get<double>();
    }
  }
  EXPECT_EQ(by["lambda"].get<double>(), at);
  EXPECT_NE(message_of([&] {
              fitted(data, {{"lambda-by", "validation"}});
            }).find("no validation set"),
            std::string::npos);
}

TEST(ElasticNet, BalancedClassesWeighTheSame) {
  // With the intercept alone (a penalty that lets nothing in) the risk is the weighted share of
  // cases: one half.
  const auto data = random_cohort({});
  const auto model = fitted(data, {{"lambda", "100"}, {"class-weight", "balanced"}});
  EXPECT_NEAR(model->predict(data, Context::make()).risk(0, 0), 0.5, 1e-9);
}

TEST(LinearModel, NamesCollinearColumns) {
  auto data = random_cohort({.n_variants = 2});
  data.clinical.col(2) = data.clinical.col(0) - 2 * data.clinical.col(1);
  const base::Json summary = fitted(data, {{"lambda", "0"}})->summary();
  ASSERT_EQ(summary["collinear"].size(), 1U);
  EXPECT_EQ(summary["collinear"][0], "clin2 is a sum of clin0, clin1");
}

TEST(LinearModel, RefusesWhatItCannotFit) {
  const auto data = random_cohort({});
  EXPECT_NE(message_of([&] {
              fitted(random_cohort({.n_samples = 20}), {{"lambda", "0"}});
            }).find("needs more people than features"),
            std::string::npos);
  auto missing = data;
  missing.clinical(3, 1) = NAN;
  EXPECT_NE(message_of([&] { fitted(missing, {}); }).find("column 'clin1' has a missing"),
            std::string::npos);
  EXPECT_NE(message_of([&] {
              fitted(data, {{"unpenalised", "clin9"}});
            }).find("--unpenalised clin9: the training set has no such column"),
            std::string::npos);
  EXPECT_NE(message_of([&] {
              make({{"lambda", "a"}});
            }).find("expected auto, or numbers"),
            std::string::npos);
  EXPECT_NE(message_of([&] {
              make({{"firth", "on"}});
            }).find("excludes --lambda auto"),
            std::string::npos);
  EXPECT_NE(message_of([&] {
              fitted(random_cohort({.outcome = OutcomeKind::kSurvival}), {});
            }).find("expected binary, multiclass or continuous"),
            std::string::npos);
}

TEST(LinearModel, LowersTheDefaultOfFoldsToTheNumberOfGroupsAndSaysSo) {
  auto data = random_cohort({});
  for (std::size_t i = 0; i < data.n_samples(); ++i) {
    data.groups.push_back(static_cast<std::int32_t>(i % 3));
  }
  const Context context = Context::make();
  fitted(data, {}, nullptr, context);
  EXPECT_NE(context.log->transcript().find("the training set has 3 groups of people that stay "
                                           "together: lambda is chosen with --cv-folds 3"),
            std::string::npos);
  EXPECT_EQ(message_of([&] {
              fitted(data, {{"cv-folds", "5"}});
            }),
            "--cv-folds 5: the training set has 3 groups of people that stay together, expected at "
            "least as many as folds | give --cv-folds 3 or less, or choose lambda by --lambda-by "
            "validation");
  std::fill(data.groups.begin(), data.groups.end(), 7);
  EXPECT_NE(message_of([&] { fitted(data, {}); }).find("choose lambda without folds"),
            std::string::npos);
}

TEST(LinearModel, RefusesARidgeThatDoesNotFitIntoMemoryBeforeTheWork) {
  const auto data = random_cohort({.n_samples = 60, .n_variants = 300});
  Context context = Context::make();
  context.memory_bytes = 100 * 100 * 16;  // 100 features, one fit
  EXPECT_EQ(message_of([&] {
              fitted(data, {{"alpha", "0"}, {"lambda", "1"}}, nullptr, context);
            }),
            "--alpha 0: a ridge keeps all 303 features in use, expected at most 100 in the memory "
            "of 156 KiB | keep fewer variants (--top 100), give an --alpha of 0.01 or more, which "
            "leaves most coefficients at 0, or raise --memory");
  EXPECT_EQ(message_of([&] {
              fitted(data, {{"alpha", "0.5"}, {"lambda", "0.05"}}, nullptr, context);
            }),
            "nothing was thrown");
}

// The folds' path ends early; what it chose is the smallest held-out loss all the same.
TEST(ElasticNet, EndsThePathOnceTheHeldOutLossHasRisen) {
  const auto data = random_cohort({.n_samples = 100, .n_variants = 400});
  const base::Json early = fitted(data, {})->summary();
  const std::size_t n = early["path"].size();
  ASSERT_LT(n, 100U);
  std::string lambdas;
  const double largest = early["path"][0]["lambda"];
  for (int i = 0; i < 100; ++i) {  // the same values, given by hand: all of them are fitted
    lambdas += (i > 0 ? "," : "") + base::format_exact(largest * std::pow(0.01, i / 99.0));
  }
  const base::Json whole = fitted(data, {{"lambda", lambdas}})->summary();
  ASSERT_EQ(whole["path"].size(), 100U);
  EXPECT_NEAR(early["lambda"].get<double>(), whole["lambda"].get<double>(), 1e-9);
  for (std::size_t i = 0; i < n; ++i) {
    EXPECT_NEAR(early["path"][i]["held_out_loss"].get<double>(),
                whole["path"][i]["held_out_loss"].get<double>(),
                1e-6);
  }
}

TEST(LinearModel, ExplainsItsScoreExactly) {
  for (const auto kind : {OutcomeKind::kBinary, OutcomeKind::kContinuous}) {
    const auto data = random_cohort({.n_molecular = 2, .outcome = kind});
    const auto model = fitted(data, {{"lambda", "0.02"}});
    const Attribution why = model->explain(data, Context::make());
    const Eigen::MatrixXd score = model->predict(data, Context::make()).score;
    EXPECT_LT(why.largest_error, 1e-12);
    EXPECT_EQ(why.features.size(), data.n_features());
    EXPECT_NEAR(
        (why.values.rowwise().sum().array() + why.baseline - score.col(0).array()).abs().maxCoeff(),
        0,
        1e-12);
    // The baseline is the mean score of the training set.
    EXPECT_NEAR(why.baseline, score.mean(), 1e-9);
  }
}

}  // namespace
}  // namespace gcrisk::models
