// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "gcrisk/base/error.hpp"
#include "gcrisk/models/model.hpp"
#include "unit/models/cohorts.hpp"

// What every registered model promises, for every outcome it takes: a new line in registry.inc is
// tested here before it has a test of its own.
namespace gcrisk::models {
namespace {

using base::Context;
using cohort::OutcomeKind;
using test::CohortShape;
using test::random_cohort;

struct Case {
  const ModelEntry* entry;
  OutcomeKind kind;
};

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const ModelEntry* entry : all_models()) {
    for (const OutcomeKind kind : entry->outcomes) cases.push_back({entry, kind});
  }
  return cases;
}

class ModelContract : public testing::TestWithParam<Case> {
 protected:
  std::unique_ptr<Model> make() const {
    base::Parameters parameters(GetParam().entry->parameters);
    if (parameters.find("epochs") != nullptr) parameters.set("epochs", "3");  // nets: no good one
    return GetParam().entry->make(parameters);
  }
  cohort::Dataset data(CohortShape shape) const {
    shape.outcome = GetParam().kind;
    return random_cohort(shape);
  }
  std::unique_ptr<Model> fitted(const cohort::Dataset& train, const Context& context) const {
    auto model = make();
    model->fit(train, nullptr, context);
    return model;
  }
  void expect_usable(const cohort::Dataset& train) const {
    const Context context = Context::make();
    const Prediction out = fitted(train, context)->predict(train, context);
    EXPECT_TRUE(out.score.allFinite());
    EXPECT_EQ(out.score.rows(), static_cast<Eigen::Index>(train.n_samples()));
  }
};

TEST_P(ModelContract, PredictsFiniteScoresAndRisksThatAreProbabilities) {
  const auto train = data({});
  const Context context = Context::make();
  const Prediction out = fitted(train, context)->predict(train, context);
  const auto n = static_cast<Eigen::Index>(train.n_samples());
  ASSERT_EQ(out.score.rows(), n);
  EXPECT_TRUE(out.score.allFinite());
  if (GetParam().kind == OutcomeKind::kContinuous) {
    EXPECT_EQ(out.risk.cols(), 0);
    return;
  }
  if (GetParam().kind == OutcomeKind::kSurvival) return;
  ASSERT_EQ(out.risk.rows(), n);
  EXPECT_GE(out.risk.minCoeff(), 0);
  EXPECT_LE(out.risk.maxCoeff(), 1);
  if (GetParam().kind == OutcomeKind::kMulticlass) {
    EXPECT_EQ(out.risk.cols(), 3);
    EXPECT_NEAR((out.risk.rowwise().sum().array() - 1).abs().maxCoeff(), 0, 1e-9);
  } else {
    EXPECT_EQ(out.risk.cols(), 1);
  }
}

TEST_P(ModelContract, PredictsTheSameAfterSaveAndLoad) {
  const auto train = data({});
  const Context context = Context::make();
  const auto model = fitted(train, context);
  const auto other = make();
  other->load(model->save());
  const Prediction a = model->predict(train, context);
  const Prediction b = other->predict(train, context);
  EXPECT_EQ(a.score, b.score);
  EXPECT_EQ(a.risk, b.risk);
  EXPECT_EQ(other->save().json_text, model->save().json_text);
}

TEST_P(ModelContract, IsTheSameOnOneAndThreeThreads) {
  const auto train = data({});
  const State one = fitted(train, Context::make(1))->save();
  const State three = fitted(train, Context::make(3))->save();
  EXPECT_EQ(one.json_text, three.json_text);
  ASSERT_EQ(one.tensors.size(), three.tensors.size());
  for (const auto& [name, tensor] : one.tensors) {
    EXPECT_TRUE(tensor.values == three.tensors.at(name).values) << name;
  }
}

TEST_P(ModelContract, RepeatsForASeed) {
  const auto train = data({});
  EXPECT_EQ(fitted(train, Context::make(1, 7))->save().json_text,
            fitted(train, Context::make(1, 7))->save().json_text);
}

TEST_P(ModelContract, PredictsAPersonTheSameAloneAndInCompany) {
  const auto train = data({});
  const Context context = Context::make();
  const auto model = fitted(train, context);
  const std::vector<std::uint32_t> rows = {5, 17, 101};
  const Prediction all = model->predict(train, context);
  const Prediction few = model->predict(train.select_rows(rows), context);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_NEAR((all.score.row(rows[i]) - few.score.row(static_cast<Eigen::Index>(i)))
                    .cwiseAbs()
                    .maxCoeff(),
                0,
                1e-9);
  }
}

TEST_P(ModelContract, TakesGenotypesAloneAndClinicalColumnsAlone) {
  expect_usable(data({.n_clinical = 0}));
  expect_usable(data({.n_variants = 0}));
}

TEST_P(ModelContract, TakesOneFeature) { expect_usable(data({.n_variants = 0, .n_clinical = 1})); }

TEST_P(ModelContract, TakesMoreFeaturesThanPeople) {
  expect_usable(data({.n_samples = 60, .n_variants = 200}));
}

TEST_P(ModelContract, TakesConstantColumnsAndAVariantThatIsMissingInEverybody) {
  auto train = data({});
  train.clinical.col(1).setConstant(3);
  std::vector<std::uint8_t> bytes(genotype::packed_bytes(train.n_samples()) * 3, 0x55);  // missing
  std::fill(bytes.begin(), bytes.begin() + 30, std::uint8_t{0xff});  // everybody without A1
  train.genotypes =
      genotype::GenotypeView(genotype::PackedMatrix::own(std::move(bytes), train.n_samples(), 3));
  train.variants.resize(3);
  expect_usable(train);
}

TEST_P(ModelContract, RefusesOneClass) {
  auto train = data({});
  std::fill(train.outcome.values.begin(), train.outcome.values.end(), 0.0);
  EXPECT_THROW(fitted(train, Context::make()), base::DegenerateError);
}

TEST_P(ModelContract, RefusesAnOutcomeItCannotPredict) {
  for (const OutcomeKind kind : {OutcomeKind::kBinary,
                                 OutcomeKind::kMulticlass,
                                 OutcomeKind::kContinuous,
                                 OutcomeKind::kSurvival}) {
    const auto& known = GetParam().entry->outcomes;
    if (std::find(known.begin(), known.end(), kind) != known.end()) continue;
    CohortShape shape;
    shape.outcome = kind;
    EXPECT_THROW(fitted(random_cohort(shape), Context::make()), base::UsageError);
  }
}

TEST_P(ModelContract, RefusesNoFeature) {
  EXPECT_THROW(fitted(data({.n_variants = 0, .n_clinical = 0}), Context::make()),
               base::DegenerateError);
}

TEST_P(ModelContract, RefusesMissingValuesUnlessItTakesThem) {
  auto train = data({});
  train.clinical(7, 0) = NAN;
  if (GetParam().entry->takes_missing) {
    expect_usable(train);
  } else {
    EXPECT_THROW(fitted(train, Context::make()), base::MismatchError);
  }
}

TEST_P(ModelContract, StopsWhenAsked) {
  const Context context = Context::make();
  context.cancellation->request(SIGTERM);
  EXPECT_THROW(fitted(data({}), context), base::TerminatedError);
}

TEST_P(ModelContract, ExplanationsAddUpToTheScore) {
  const auto train = data({});
  const Context context = Context::make();
  const auto model = fitted(train, context);
  Attribution why;
  try {
    why = model->explain(train, context);
  } catch (const base::UsageError&) {
    GTEST_SKIP() << "no attribution for this outcome";
  }
  EXPECT_LT(why.largest_error, 1e-6);
  EXPECT_EQ(why.features.size(), train.n_features());
  EXPECT_EQ(why.values.cols(), static_cast<Eigen::Index>(train.n_features()));
}

INSTANTIATE_TEST_SUITE_P(Models,
                         ModelContract,
                         testing::ValuesIn(all_cases()),
                         [](const auto& item) {
                           std::string name = item.param.entry->name + "_" +
                                              std::string(cohort::to_string(item.param.kind));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace gcrisk::models
