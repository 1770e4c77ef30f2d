// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/random.hpp"
#include "gcrisk/preprocess/step.hpp"
#include "small_cohort.hpp"

namespace gcrisk::preprocess {
namespace {

using clinical::FieldType;
using testing::category;
using testing::kNaN;
using testing::numbers;
using testing::people;
using Values = std::vector<double>;

// The cohort after one step that was fitted on it.
cohort::Cohort after(const std::string& step,
                     cohort::Cohort cohort,
                     const base::Json& parameters = base::Json::object()) {
  const auto context = base::Context::make();
  Recipe recipe;
  recipe.add(step, parameters);
  recipe.fit(cohort, context);
  recipe.apply(cohort, context);
  return cohort;
}

Values column_after(const std::string& step, Values values) {
  cohort::Cohort cohort = people(values.size());
  cohort.clinical.add(numbers("x", std::move(values)));
  return after(step, std::move(cohort)).clinical.columns()[0].numbers;
}

TEST(Impute, FillsWithATypicalValue) {
  EXPECT_EQ(column_after("impute-mean", {1, 2, 6, kNaN}), (Values{1, 2, 6, 3}));
  EXPECT_EQ(column_after("impute-median", {1, 2, 6, kNaN}), (Values{1, 2, 6, 2}));
  EXPECT_EQ(column_after("impute-median", {1, 2, 6, 7, kNaN}), (Values{1, 2, 6, 7, 4}));
  EXPECT_EQ(column_after("impute-mode", {5, 2, 5, 2, 9, kNaN}), (Values{5, 2, 5, 2, 9, 2}));
}

TEST(Scale, MapsByWhatTheTrainingSetHas) {
  // Mean 4, squares 9 + 1 + 1 + 9 = 20, divisor n: sd sqrt(5).
  const Values z = column_after("scale-zscore", {1, 3, 5, 7});
  EXPECT_DOUBLE_EQ(z[0], -3 / std::sqrt(5.0));
  EXPECT_EQ(column_after("scale-minmax", {1, 3, 5, 9}), (Values{0, 0.25, 0.5, 1}));
  // Median 3, quartiles 2 and 4.
  EXPECT_EQ(column_after("scale-robust", {1, 2, 3, 4, 100}), (Values{-1, -0.5, 0, 0.5, 48.5}));
  EXPECT_EQ(column_after("scale-zscore", {0.5, 0.5, 0.5}), (Values{0, 0, 0}));
}

TEST(Scale, LeavesTwoValuedColumns) {
  cohort::Cohort cohort = people(3);
  cohort.clinical.add(numbers("male", {0, 1, 1}, FieldType::kBoolean));
  EXPECT_EQ(after("scale-zscore", cohort).clinical.columns()[0].numbers, (Values{0, 1, 1}));
}

TEST(ImputeKnn, AsksTheNearestWhoHasAValue) {
  cohort::Cohort cohort = people(5);
  // sd of x is the same for all: neighbours of 2.1 are 2 (no y), 1 (y 10) and 3 (y 30).
  cohort.clinical.add(numbers("x", {1, 2, 3, 9, 2.1}));
  cohort.clinical.add(numbers("y", {10, kNaN, 30, 90, kNaN}));
  cohort.clinical.add(category("z", {"a", "b"}, {0, 0, 0, 1, -1}));
  const auto out = after("impute-knn", cohort, {{"neighbours", 2}});
  EXPECT_EQ(out.clinical.columns()[1].numbers[4], 20);
  EXPECT_EQ(out.clinical.columns()[1].numbers[1], 20);
  EXPECT_EQ(out.clinical.columns()[2].codes[4], 0);
}

cohort::Cohort linear(std::size_t n) {
  cohort::Cohort cohort = people(n);
  Values x;
  Values y;
  std::vector<std::int32_t> z;
  for (std::size_t i = 0; i < n; ++i) {
    base::Random random(5, "linear", i);
    x.push_back(random.normal());
    y.push_back(3 + 2 * x.back() + 0.01 * random.normal());
    z.push_back(x.back() > 0.7 ? 2 : x.back() > -0.7 ? 1 : 0);
  }
  y[3] = kNaN;
  y[8] = kNaN;
  z[5] = -1;
  cohort.clinical.add(numbers("x", x));
  cohort.clinical.add(numbers("y", y));
  cohort.clinical.add(category("z", {"low", "middle", "high"}, z));
  return cohort;
}

TEST(ImputeRegression, FollowsTheLine) {
  const cohort::Cohort before = linear(200);
  const auto out = after("impute-regression", before, {{"impute-ridge", 0.001}});
  for (const std::size_t i : {3, 8}) {
    EXPECT_NEAR(out.clinical.columns()[1].numbers[i],
                3 + 2 * before.clinical.columns()[0].numbers[i],
                0.02);
  }
  const double x = before.clinical.columns()[0].numbers[5];
  EXPECT_EQ(out.clinical.columns()[2].codes[5], x > 0.7 ? 2 : x > -0.7 ? 1 : 0);
}

TEST(ImputePmm, GivesValuesThatOccurAndRepeatWithTheSeed) {
  const cohort::Cohort before = linear(200);
  const auto one = after("impute-pmm", before);
  const auto two = after("impute-pmm", before);
  const auto& seen = before.clinical.columns()[1].numbers;
  for (const std::size_t i : {3, 8}) {
    const double value = one.clinical.columns()[1].numbers[i];
    EXPECT_EQ(value, two.clinical.columns()[1].numbers[i]);
    EXPECT_NE(std::find(seen.begin(), seen.end(), value), seen.end());
    EXPECT_NEAR(value, 3 + 2 * before.clinical.columns()[0].numbers[i], 0.4);
  }
}

// Expected values: scikit-learn 1.9, KNNImputer(n_neighbors=3) and IterativeImputer(Ridge(alpha=1),
// max_iter=500, tol=1e-10, imputation_order="ascending") on the columns' z scores, mapped back.
TEST(Imputers, AgreeWithScikitLearn) {
  cohort::Cohort cohort = people(14);
  cohort.clinical.add(numbers("a",
                              {50.51,
                               55.0,
                               40.04,
                               56.94,
                               45.82,
                               kNaN,
                               43.52,
                               55.99,
                               53.32,
                               38.53,
                               56.19,
                               49.12,
                               54.25,
                               53.32}));
  cohort.clinical.add(numbers(
      "b", {3.92, 6.15, kNaN, 7.66, 5.05, 2.51, 2.98, 6.01, 5.69, 1.96, 8.21, kNaN, 7.37, 4.42}));
  cohort.clinical.add(numbers(
      "c",
      {0.47, -0.59, -0.49, 0.72, 0.25, kNaN, -0.83, 0.42, 1.09, kNaN, 0.52, 0.52, -0.07, -0.09}));
  struct Expected {
    std::size_t row, column;
    double knn, regression;
  };
  const auto knn = after("impute-knn", cohort, {{"neighbours", 3}});
  const auto regression = after("impute-regression", cohort, {{"impute-rounds", 500}});
  for (const Expected& e : {Expected{2, 1, 3.33, 2.282805363037078},
                            Expected{5, 0, 44.18666666666667, 43.381865300447586},
                            Expected{5, 2, -0.15, -0.2756429298996216},
                            Expected{9, 2, -0.3566666666666666, -0.4569129908150288},
                            Expected{11, 1, 4.993333333333333, 4.96371575778141}}) {
    EXPECT_NEAR(knn.clinical.columns()[e.column].numbers[e.row], e.knn, 1e-12);
    // Both stop when rounds change nothing any more, by their own measure.
    EXPECT_NEAR(regression.clinical.columns()[e.column].numbers[e.row], e.regression, 1e-5);
  }
}

// Whoever else is in the file, and in which order: a person's values stay.
TEST(Imputers, TreatAPersonAlikeInAnyCompany) {
  const auto context = base::Context::make();
  const cohort::Cohort everybody = linear(120);
  for (const char* step : {"impute-knn", "impute-regression", "impute-pmm"}) {
    Recipe recipe;
    recipe.add(step, base::Json::object());
    recipe.fit(everybody, context);
    const Recipe again = Recipe::from_json(recipe.to_json(), recipe.tensors());
    cohort::Cohort all = everybody;
    recipe.apply(all, context);
    const std::vector<std::uint32_t> three = {3, 5, 8};
    cohort::Cohort few = everybody.select_rows(three);
    again.apply(few, context);
    for (std::size_t i = 0; i < three.size(); ++i) {
      EXPECT_EQ(few.clinical.columns()[1].numbers[i], all.clinical.columns()[1].numbers[three[i]])
          << step;
      EXPECT_EQ(few.clinical.columns()[2].codes[i], all.clinical.columns()[2].codes[three[i]])
          << step;
    }
  }
}

TEST(SelectColumns, BringsAnotherTableIntoShape) {
  const auto context = base::Context::make();
  cohort::Cohort training = people(3);
  training.clinical.add(numbers("age", {1, 2, 3}));
  training.clinical.add(category("site", {"x", "a", "b"}, {1, 2, 1}));
  training.clinical.add(numbers("same", {4, 4, 4}));
  training.clinical.add(numbers("none", {kNaN, kNaN, kNaN}));
  Recipe recipe;
  recipe.add("select-columns", base::Json::object());
  recipe.fit(training, context);
  ASSERT_EQ(recipe.drops().size(), 2);
  EXPECT_EQ(recipe.drops()[0].reason, "no value in the training set");
  EXPECT_EQ(recipe.drops()[1].reason, "one value only in the training set");

  cohort::Cohort other = people(4);
  other.clinical.add(category("site", {"b", "c", "a"}, {0, 1, 2, -1}));
  other.clinical.add(numbers("extra", {1, 2, 3, 4}));
  recipe.apply(other, context);
  EXPECT_EQ(testing::names(other.clinical), (std::vector<std::string>{"age", "site"}));
  EXPECT_TRUE(std::isnan(other.clinical.columns()[0].numbers[0]));
  // Levels of the training set, then the one it does not have.
  EXPECT_EQ(other.clinical.columns()[1].field.levels, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(other.clinical.columns()[1].codes, (std::vector<std::int32_t>{1, 2, 0, -1}));
}

TEST(SelectColumns, RefusesWordsWhereNumbersWere) {
  const auto context = base::Context::make();
  cohort::Cohort training = people(2);
  training.clinical.add(numbers("age", {1, 2}));
  Recipe recipe;
  recipe.add("select-columns", base::Json::object());
  recipe.fit(training, context);
  cohort::Cohort other = people(2);
  other.clinical.add(category("age", {"old", "12"}, {1, 0}));
  try {
    recipe.apply(other, context);
    FAIL();
  } catch (const base::MismatchError& error) {
    EXPECT_STREQ(error.what(),
                 "the clinical column 'age' holds 'old', the study has number values there");
  }
}

cohort::Cohort molecular(const std::vector<Values>& columns) {
  cohort::Cohort cohort = people(columns[0].size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    cohort.molecular.add(numbers("g" + std::to_string(c), columns[c]));
  }
  return cohort;
}

TEST(Normalise, CountsByLengthAndDepth) {
  const base::Json lengths = {{"genes", {"g0", "g1"}}, {"lengths", {"1000", "4000"}}};
  // 10 / 1000 = 0.01 and 120 / 4000 = 0.03 make 0.04: a quarter and three quarters of a million.
  const auto tpm = after("normalise-tpm", molecular({{10}, {120}}), lengths);
  EXPECT_DOUBLE_EQ(tpm.molecular.columns()[0].numbers[0], 250000);
  EXPECT_DOUBLE_EQ(tpm.molecular.columns()[1].numbers[0], 750000);
  // 1e9 * 10 / (1000 * 130).
  const auto rpkm = after("normalise-rpkm", molecular({{10}, {120}}), lengths);
  EXPECT_DOUBLE_EQ(rpkm.molecular.columns()[0].numbers[0], 1e10 / 130000);
  const auto log2 = after("normalise-log2", molecular({{7}, {0}}));
  EXPECT_DOUBLE_EQ(log2.molecular.columns()[0].numbers[0], 3);
  EXPECT_DOUBLE_EQ(log2.molecular.columns()[1].numbers[0], 0);
}

// The example of Bolstad et al. (as it is told everywhere): columns of people 5 2 3 4, 4 1 4 2,
// 3 4 6 8; means of ranks 2, 3, 14/3, 17/3; the two 4 share (14/3 + 17/3) / 2 = 31/6.
TEST(Normalise, QuantilesAreTheMeansOfRanks) {
  const auto out =
      after("normalise-quantile", molecular({{5, 4, 3}, {2, 1, 4}, {3, 4, 6}, {4, 2, 8}}));
  const auto at = [&](std::size_t gene, std::size_t person) {
    return out.molecular.columns()[gene].numbers[person];
  };
  EXPECT_DOUBLE_EQ(at(0, 0), 17.0 / 3);
  EXPECT_DOUBLE_EQ(at(1, 0), 2);
  EXPECT_DOUBLE_EQ(at(2, 0), 3);
  EXPECT_DOUBLE_EQ(at(3, 0), 14.0 / 3);
  EXPECT_DOUBLE_EQ(at(0, 1), 31.0 / 6);
  EXPECT_DOUBLE_EQ(at(2, 1), 31.0 / 6);
}

TEST(Normalise, RefusesNegativeCounts) {
  try {
    after("normalise-log2", molecular({{7}, {-0.5}}));
    FAIL();
  } catch (const base::MismatchError& error) {
    EXPECT_STREQ(
        error.what(),
        "--molecular-normalise log2: column 'g1' has the value -0.5, expected none below 0");
  }
}

}  // namespace
}  // namespace gcrisk::preprocess
