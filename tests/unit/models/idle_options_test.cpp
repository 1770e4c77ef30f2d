// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "gcrisk/base/error.hpp"
#include "gcrisk/models/model.hpp"
#include "unit/models/cohorts.hpp"

namespace gcrisk::models {
namespace {

using cohort::OutcomeKind;
using Options = std::vector<std::pair<std::string, std::string>>;

struct Refused {
  std::string model;
  OutcomeKind outcome;
  Options options;
  std::string message, hint;
};

std::unique_ptr<Model> made(const std::string& name, const Options& options) {
  const ModelEntry& entry = find_model(name);
  base::Parameters parameters(entry.parameters);
  for (const auto& [option, value] : options) parameters.set(option, value);
  return entry.make(parameters);
}

// An option that was given and would change nothing is a misunderstanding.
TEST(Models, RefuseOptionsWithoutEffect) {
  const std::vector<Refused> refused = {
      {"gbm",
       OutcomeKind::kSurvival,
       {{"intervals", "5"}},
       "--intervals 5: only --survival-loss discrete cuts time into intervals",
       "give --survival-loss discrete as well, or leave it out"},
      {"gbm",
       OutcomeKind::kBinary,
       {{"intervals", "10"}},
       "--intervals 10: only --survival-loss discrete cuts time into intervals",
       "give --survival-loss discrete as well, or leave it out"},
      {"gbm",
       OutcomeKind::kContinuous,
       {{"class-weight", "balanced"}},
       "--class-weight balanced: outcome 'y' is continuous, expected classes",
       "leave it out"},
      {"gbm",
       OutcomeKind::kBinary,
       {{"from-xgboost", "model.json"}, {"rounds", "50"}, {"l2", "3"}},
       "--rounds, --l2: the trees of --from-xgboost are taken as they are",
       "leave out what is for growing trees"},
      {"rf",
       OutcomeKind::kSurvival,
       {{"class-weight", "balanced"}},
       "--class-weight balanced: outcome 'y' is survival, expected classes",
       "leave it out"},
      {"tree",
       OutcomeKind::kContinuous,
       {{"criterion", "gini"}},
       "--criterion gini: outcome 'y' is continuous, expected classes",
       "leave it out"},
      {"svm",
       OutcomeKind::kBinary,
       {{"gamma", "0.1"}},
       "--gamma 0.1: the kernel is linear",
       "it is for --kernel rbf and --kernel poly"},
      {"svm",
       OutcomeKind::kBinary,
       {{"kernel", "rbf"}, {"degree", "2"}},
       "--degree 2: the kernel is rbf",
       "it is for --kernel poly"},
      {"svm",
       OutcomeKind::kBinary,
       {{"kernel", "rbf"}, {"coef0", "2"}},
       "--coef0 2: the kernel is rbf",
       "it is for --kernel poly"},
      {"svm",
       OutcomeKind::kBinary,
       {{"kernel", "poly"}, {"loss", "hinge"}},
       "--loss hinge: the kernel is poly",
       "it is for --kernel linear"},
      {"svm",
       OutcomeKind::kBinary,
       {{"epsilon", "0.2"}},
       "--epsilon 0.2: outcome 'y' has classes",
       "it is for an amount, leave it out"},
  };
  for (const Refused& row : refused) {
    SCOPED_TRACE(row.message);
    const auto data = test::random_cohort({.outcome = row.outcome});
    try {
      made(row.model, row.options)->fit(data, nullptr, base::Context::make());
      ADD_FAILURE() << "expected a UsageError";
    } catch (const base::UsageError& error) {
      EXPECT_EQ(std::string(error.what()), row.message);
      EXPECT_EQ(error.hint(), row.hint);
    }
  }
}

// Tuning gives gamma beside every kernel that it tries.
TEST(Models, TakeGammaBesideALinearKernelThatIsNamed) {
  const auto data = test::random_cohort({});
  EXPECT_NO_THROW(made("svm", {{"kernel", "linear"}, {"gamma", "0.1"}})
                      ->fit(data, nullptr, base::Context::make()));
}

}  // namespace
}  // namespace gcrisk::models
