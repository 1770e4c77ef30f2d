// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/models/model.hpp"
#include "models/svm/platt.hpp"
#include "unit/models/cohorts.hpp"

namespace gcrisk::models {
namespace {

using base::Context;
using cohort::OutcomeKind;
using test::random_cohort;
using Options = std::vector<std::pair<std::string, std::string>>;

std::unique_ptr<Model> fitted(const cohort::Dataset& data,
                              const Options& options,
                              const Context& context = Context::make()) {
  const ModelEntry& entry = find_model("svm");
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

// Two people, x = 1 a case and x = -1 a control, standardised as they are. The widest margin is
// w = 1, b = 0: both lie on it, and |w|²/2 = 1/2 is the objective.
TEST(SupportVectorMachine, FindsTheWidestMarginBetweenTwoPeople) {
  auto data = random_cohort({.n_samples = 2, .n_variants = 0, .n_clinical = 1});
  data.clinical << 1, -1;
  data.outcome.values = {1, 0};
  const auto model = fitted(data, {{"cost", "10"}, {"tolerance", "1e-9"}, {"platt-folds", "0"}});
  const Prediction out = model->predict(data, Context::make());
  EXPECT_NEAR(out.score(0, 0), 1, 1e-6);
  EXPECT_NEAR(out.score(1, 0), -1, 1e-6);
  EXPECT_NEAR(model->summary()["objective"][0].get<double>(), 0.5, 1e-6);
}

// The same by a kernel: K = [1, e^-4; e^-4, 1] with gamma 1, a = 1 / (1 - e^-4) each, b = 0.
TEST(SupportVectorMachine, SolvesTwoPeopleWithAKernelByHand) {
  auto data = random_cohort({.n_samples = 2, .n_variants = 0, .n_clinical = 1});
  data.clinical << 1, -1;
  data.outcome.values = {1, 0};
  const auto model =
      fitted(data, {{"kernel", "rbf"}, {"gamma", "1"}, {"cost", "10"}, {"platt-folds", "0"}});
  EXPECT_NEAR(model->predict(data, Context::make()).score(0, 0), 1, 1e-6);
  // Minimum of a'Ka/2 - a'1 over the two: -1 / (1 - e^-4).
  EXPECT_NEAR(model->summary()["dual_objective"][0].get<double>(), -1 / (1 - std::exp(-4)), 1e-6);
}

TEST(SupportVectorMachine, MakesRowsOnDemandWhereMemoryIsShort) {
  const auto data = random_cohort({});
  const Options options = {{"kernel", "rbf"}, {"tolerance", "1e-6"}};
  Context tight = Context::make();
  tight.memory_bytes = 30000;  // 31 of the 120 rows
  const Context context = Context::make();
  const auto a = fitted(data, options, context)->predict(data, context).score;
  const auto b = fitted(data, options, tight)->predict(data, context).score;
  EXPECT_LT((a - b).cwiseAbs().maxCoeff(), 1e-4);
}

// With more features than people from products of people, or person by person: the same machine.
TEST(SupportVectorMachine, IsTheSameByProductsAndByFeatures) {
  for (const auto kind : {OutcomeKind::kBinary, OutcomeKind::kContinuous}) {
    for (const std::string loss : {"hinge", "squared-hinge"}) {
      const auto data = random_cohort({.n_samples = 60, .n_variants = 200, .outcome = kind});
      const Options options = {
          {"tolerance", "1e-5"}, {"cost", "0.01"}, {"loss", loss}, {"platt-folds", "0"}};
      Context tight = Context::make();
      tight.memory_bytes = 1000;
      const Context context = Context::make();
      const auto a = fitted(data, options, context)->predict(data, context).score;
      const auto b = fitted(data, options, tight)->predict(data, context).score;
      EXPECT_LT((a - b).cwiseAbs().maxCoeff(), 1e-3);
    }
  }
}

TEST(SupportVectorMachine, RefusesWhatItCannotFit) {
  EXPECT_EQ(message_of([] { fitted(random_cohort({.outcome = OutcomeKind::kSurvival}), {}); }),
            "svm: outcome 'y' is survival, expected binary, multiclass or continuous | give an "
            "outcome without --time-name");
  EXPECT_EQ(message_of([] {
              fitted(random_cohort({.outcome = OutcomeKind::kContinuous}),
                     {{"class-weight", "balanced"}});
            }),
            "--class-weight balanced: outcome 'y' has no classes, it is an amount | ");
  Context strict = Context::make();
  strict.strict = true;
  EXPECT_EQ(message_of([&] {
              fitted(random_cohort({}), {{"max-passes", "1"}, {"platt-folds", "0"}}, strict);
            }),
            "the fit of 'y' did not converge | use a smaller --cost or a larger --max-passes");
  const auto data = random_cohort({});
  const auto model = fitted(data, {{"kernel", "rbf"}});
  EXPECT_EQ(message_of([&] { model->explain(data, Context::make()); }),
            "svm: contributions to a score need the linear kernel and one score | train with "
            "--kernel linear, on one class against the others");
  State state = model->save();
  state.tensors.erase("support_weights");
  EXPECT_NE(message_of([&] { model->load(state); }).find("tensor 'support_weights' is absent"),
            std::string::npos);
}

// Margins that say nothing leave the share of cases, pulled inwards: (3 + 1) / (4 + 2) of targets
// (n+ + 1) / (n+ + 2) and 1 / (n- + 2): the mean target is (3 * 4/5 + 1/3) / 4 = 41/60.
TEST(Platt, GivesTheMeanTargetWhereMarginsAreEqual) {
  const Eigen::VectorXd margins = Eigen::VectorXd::Zero(4);
  const Eigen::VectorXd labels = Eigen::Vector4d(1, 1, 1, -1);
  EXPECT_NEAR(svm::fit_platt(margins, labels).risk(0), 41.0 / 60, 1e-6);
}

TEST(Platt, CouplesPairsThatAgreeExactly) {
  // Pairs of the probabilities 0.5, 0.3, 0.2: p_i / (p_i + p_j).
  const double p[3] = {0.5, 0.3, 0.2};
  Eigen::MatrixXd pair = Eigen::MatrixXd::Zero(3, 3);
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) pair(i, j) = p[i] / (p[i] + p[j]);
  }
  const Eigen::RowVectorXd found = svm::couple(pair);
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(found(i), p[i], 1e-12);
}

}  // namespace
}  // namespace gcrisk::models
