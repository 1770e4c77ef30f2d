// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/log.hpp"
#include "gcrisk/preprocess/step.hpp"
#include "small_cohort.hpp"

namespace gcrisk::preprocess {
namespace {

using clinical::FieldType;
using testing::category;
using testing::ids;
using testing::kNaN;
using testing::names;
using testing::numbers;
using testing::people;
using testing::with_genotypes;
using Names = std::vector<std::string>;

Recipe recipe_of(const std::vector<std::pair<std::string, base::Json>>& steps) {
  Recipe recipe;
  for (const auto& [step, parameters] : steps) recipe.add(step, parameters);
  return recipe;
}

cohort::Cohort mixed() {
  cohort::Cohort cohort = people(6);
  cohort.clinical.add(numbers("age", {40, 50, kNaN, 60, 70, 80}));
  cohort.clinical.add(category("smoking", {"never", "former", "current"}, {0, 0, 1, -1, 0, 2}));
  cohort.clinical.add(numbers("male", {1, 0, 1, 1, kNaN, 1}, FieldType::kBoolean));
  return cohort;
}

TEST(Recipe, LearnsFromTheRowsItIsGivenAndTreatsOthersAlike) {
  const auto context = base::Context::make();
  const auto everybody = mixed();
  const std::vector<std::uint32_t> training = {0, 1, 2, 3, 4};
  Recipe recipe = recipe_of({{"select-columns", base::Json::object()},
                             {"impute-mean", base::Json::object()},
                             {"encode-onehot", base::Json::object()},
                             {"scale-zscore", base::Json::object()}});
  recipe.fit(everybody.select_rows(training), context);
  cohort::Cohort out = everybody;
  recipe.apply(out, context);
  // "current" is not in the training set: no column for it, and 0 in the others.
  EXPECT_EQ(names(out.clinical), (Names{"age", "smoking=former", "male"}));
  // Mean of 40, 50, 60, 70 is 55; with the gap filled by it the squares add to
  // 225 + 25 + 0 + 25 + 225 = 500, so the standard deviation is sqrt(500 / 5) = 10.
  EXPECT_EQ(out.clinical.columns()[0].numbers, (std::vector<double>{-1.5, -0.5, 0, 0.5, 1.5, 2.5}));
  // The gap of sample 3 gets "never", the most frequent.
  EXPECT_EQ(out.clinical.columns()[1].numbers, (std::vector<double>{0, 0, 1, 0, 0, 0}));
  EXPECT_EQ(out.clinical.columns()[2].numbers, (std::vector<double>{1, 0, 1, 1, 1, 1}));
}

TEST(Recipe, ComesBackFromItsFiles) {
  const auto context = base::Context::make();
  Recipe recipe = recipe_of({{"missing-indicators", base::Json::object()},
                             {"select-columns", base::Json::object()},
                             {"impute-median", base::Json::object()},
                             {"encode-ordinal", base::Json::object()},
                             {"scale-robust", base::Json::object()}});
  recipe.fit(mixed(), context);
  const Recipe again = Recipe::from_json(recipe.to_json(), recipe.tensors());
  EXPECT_EQ(again.to_json(), recipe.to_json());
  cohort::Cohort a = mixed();
  cohort::Cohort b = mixed();
  recipe.apply(a, context);
  again.apply(b, context);
  ASSERT_EQ(names(a.clinical),
            (Names{"age", "smoking", "male", "age:missing", "smoking:missing", "male:missing"}));
  ASSERT_EQ(names(a.clinical), names(b.clinical));
  for (std::size_t c = 0; c < a.clinical.n_columns(); ++c) {
    EXPECT_EQ(a.clinical.columns()[c].numbers, b.clinical.columns()[c].numbers);
  }
}

TEST(Recipe, UnfittedHasTheStepsButNothingLearned) {
  Recipe recipe = recipe_of({{"filter-maf", {{"maf", 0.05}}}, {"scale-minmax", {}}});
  recipe.fit(with_genotypes({"0120", "0011"}), base::Context::make());
  const base::Json fresh = recipe.unfitted().to_json();
  EXPECT_EQ(fresh["steps"].size(), 2);
  EXPECT_FALSE(fresh["steps"][0].contains("state"));
  EXPECT_EQ(fresh["steps"][0]["parameters"]["maf"], 0.05);
}

TEST(Recipe, NamesTheNearestStepWhereOneIsUnknown) {
  Recipe recipe;
  try {
    recipe.add("impute-means", base::Json::object());
    FAIL();
  } catch (const base::UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("no step is called 'impute-means'"),
              std::string::npos);
    EXPECT_EQ(error.hint(), "did you mean impute-mean?");
  }
}

TEST(Recipe, RefusesAFileThatIsNoRecipe) {
  try {
    Recipe::from_json({{"format", "something"}}, {});
    FAIL();
  } catch (const base::MalformedError& error) {
    EXPECT_STREQ(error.what(),
                 "recipe.json: not a recipe (no \"format\": \"gcrisk recipe\" with \"steps\")");
  }
}

TEST(Recipe, RefusesArraysThatDoNotBelongToIt) {
  Recipe recipe = recipe_of({{"scale-zscore", base::Json::object()}});
  recipe.fit(mixed(), base::Context::make());
  auto tensors = recipe.tensors();
  ASSERT_EQ(tensors.size(), 1);
  tensors.begin()->second = base::Tensor::of(std::vector<double>{1, 2, 3});
  try {
    Recipe::from_json(recipe.to_json(), tensors);
    FAIL();
  } catch (const base::MalformedError& error) {
    EXPECT_STREQ(error.what(),
                 "recipe.safetensors: array 'clinical' has 3 values, recipe.json "
                 "expects 2");
  }
}

// Equal down to the bits, so that NaN (a missing value that kNN remembers) equals itself.
bool same_bytes(const base::Tensor& a, const base::Tensor& b) {
  return a.values.index() == b.values.index() &&
         std::visit(
             [&](const auto& left) {
               const auto& right = std::get<std::decay_t<decltype(left)>>(b.values);
               return left.size() == right.size() &&
                      std::memcmp(left.data(), right.data(), left.size() * sizeof(left[0])) == 0;
             },
             a.values);
}

// Nobody outside the training set can change what is learned: the whole fitted state is compared
// after every value of the other rows was replaced.
TEST(Recipe, DoesNotSeeRowsOutsideTheTrainingSet) {
  const auto context = base::Context::make();
  cohort::Cohort one = mixed();
  one.genotypes = testing::pack({"012001", "00.112", "111000"});
  one.variants = with_genotypes({"012001", "00.112", "111000"}).variants;
  cohort::Cohort other = one;
  other.genotypes = testing::pack({"012021", "00.1.0", "111022"});
  for (const std::size_t i : {4, 5}) {
    other.clinical.columns()[0].numbers[i] = -1000;
    other.clinical.columns()[1].codes[i] = 2 - static_cast<int>(i % 2);
    other.clinical.columns()[2].numbers[i] = kNaN;
  }
  const std::vector<std::uint32_t> training = {0, 1, 2, 3};
  for (const StepEntry* entry : all_steps()) {
    if (entry->name.starts_with("scale") || entry->name.starts_with("impute")) {
      Recipe a = recipe_of({{"filter-geno", {{"geno", 0.2}}},
                            {"missing-indicators", base::Json::object()},
                            {"select-columns", base::Json::object()},
                            {entry->name, base::Json::object()}});
      Recipe b = a.unfitted();
      a.fit(one.select_rows(training), context);
      b.fit(other.select_rows(training), context);
      EXPECT_EQ(a.to_json(), b.to_json()) << entry->name;
      const auto left = a.tensors();
      const auto right = b.tensors();
      ASSERT_EQ(left.size(), right.size());
      for (const auto& [name, tensor] : left) {
        EXPECT_TRUE(same_bytes(tensor, right.at(name))) << entry->name << " " << name;
      }
    }
  }
}

TEST(Registry, EveryStepMakesItself) {
  for (const StepEntry* entry : all_steps()) {
    EXPECT_EQ(&find_step(entry->name), entry);
    EXPECT_FALSE(entry->title.empty()) << entry->name;
    EXPECT_FALSE(entry->purpose.empty()) << entry->name;
  }
}

}  // namespace
}  // namespace gcrisk::preprocess
