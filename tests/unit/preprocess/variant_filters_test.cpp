// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/cohort/allele_counts.hpp"
#include "gcrisk/preprocess/step.hpp"
#include "small_cohort.hpp"

namespace gcrisk::preprocess {
namespace {

using testing::ids;
using testing::with_genotypes;
using Names = std::vector<std::string>;

Names left_by(const std::string& step, const base::Json& parameters, cohort::Cohort cohort) {
  const auto context = base::Context::make();
  Recipe recipe;
  recipe.add(step, parameters);
  recipe.fit(cohort, context);
  recipe.apply(cohort, context);
  return ids(cohort);
}

TEST(FilterMaf, KeepsAFrequencyThatEqualsTheBound) {
  // A1 frequencies 1/10, 2/10, 9/10 (minor 1/10), 0 and, among four called people, 1/8.
  const std::vector<std::string> rows = {"10000", "20000", "12222", "00000", "1000."};
  EXPECT_EQ(left_by("filter-maf", {{"maf", 0.1}}, with_genotypes(rows)),
            (Names{"v0", "v1", "v2", "v4"}));
  EXPECT_EQ(left_by("filter-maf", {{"maf", 0.11}}, with_genotypes(rows)), (Names{"v1", "v4"}));
  EXPECT_EQ(left_by("filter-maf", {{"max-maf", 0.1}}, with_genotypes(rows)),
            (Names{"v0", "v2", "v3"}));
  EXPECT_EQ(left_by("filter-maf", {{"mac", 2}}, with_genotypes(rows)), (Names{"v1"}));
}

TEST(FilterMaf, CountsAMansSexChromosomesOnce) {
  // A man, a man, a woman, a woman and somebody; calls 2 1 1 0 '.', as copies of A1.
  //   20: (2+1+1+0) of 8 alleles.        X: men 1 + 1/2 of 2, others 1 + 0 of 4: 2.5 of 6.
  //   Y:  men 1 + 1/2 of 2.              MT: everybody 1 + 1/2 + 1/2 + 0 of 4.
  cohort::Cohort cohort = with_genotypes({"2110.", "2110.", "2110.", "2110."});
  using cohort::Sex;
  cohort.sexes = {Sex::kMale, Sex::kMale, Sex::kFemale, Sex::kFemale, Sex::kUnknown};
  const char* const chromosomes[] = {"20", "X", "chrY", "MT"};
  for (std::size_t j = 0; j < 4; ++j) cohort.variants[j].chromosome = chromosomes[j];
  const auto counts = cohort::count_alleles(cohort, base::Context::make());
  const double a1[] = {4, 2.5, 1.5, 2};
  const double called[] = {8, 6, 2, 4};
  for (std::size_t j = 0; j < 4; ++j) {
    EXPECT_EQ(counts[j].a1, a1[j]) << chromosomes[j];
    EXPECT_EQ(counts[j].called, called[j]) << chromosomes[j];
  }
  // Minor allele counts 4, 2.5, 0.5 and 2.
  EXPECT_EQ(left_by("filter-maf", {{"mac", 3}}, cohort), (Names{"v0"}));
  EXPECT_EQ(left_by("filter-maf", {{"mac", 1}}, cohort), (Names{"v0", "v1", "v3"}));
  // Whose sex nobody knows has two copies of X and no Y.
  cohort.sexes.clear();
  EXPECT_EQ(cohort::count_alleles(cohort, base::Context::make())[1].called, 8);
  EXPECT_EQ(left_by("filter-maf", {{"maf", 0.01}}, cohort), (Names{"v0", "v1", "v3"}));
}

TEST(FilterMaf, CountsItsReasons) {
  Recipe recipe;
  recipe.add("filter-maf", {{"maf", 0.05}, {"mac", 2}});
  recipe.fit(with_genotypes({"10000", "20000", "00000"}), base::Context::make());
  const auto drops = recipe.drops();
  ASSERT_EQ(drops.size(), 2);
  EXPECT_EQ(drops[0].reason, "minor allele frequency below --maf 0.05");
  EXPECT_EQ(drops[0].count, 1);
  EXPECT_EQ(drops[1].reason, "minor allele count below --mac 2");
  EXPECT_EQ(drops[1].count, 1);
}

TEST(FilterMaf, RefusesBoundsTheWrongWayRound) {
  Recipe recipe;
  try {
    recipe.add("filter-maf", {{"maf", 0.3}, {"max-maf", 0.1}});
    FAIL();
  } catch (const base::UsageError& error) {
    EXPECT_STREQ(error.what(),
                 "--maf 0.3 is above --max-maf 0.1, expected a lower bound below the upper");
  }
}

TEST(FilterMaf, RefusesToDropEverything) {
  Recipe recipe;
  recipe.add("filter-maf", {{"maf", 0.5}});
  try {
    recipe.fit(with_genotypes({"10000", "20000"}), base::Context::make());
    FAIL();
  } catch (const base::DegenerateError& error) {
    EXPECT_STREQ(error.what(),
                 "no variant left: all 2 were dropped (2 for minor allele frequency "
                 "below --maf 0.5)");
  }
}

TEST(FilterGeno, KeepsARateThatEqualsTheLimit) {
  // 1, 2 and 0 of 5 calls missing: 0.2, 0.4, 0.
  const std::vector<std::string> rows = {"1000.", "20.0.", "12222"};
  EXPECT_EQ(left_by("filter-geno", {{"geno", 0.2}}, with_genotypes(rows)), (Names{"v0", "v2"}));
  EXPECT_EQ(left_by("filter-geno", {{"geno", 0}}, with_genotypes(rows)), (Names{"v2"}));
}

TEST(VariantFilter, KnowsAVariantAgainWithSwappedAllelesAndAnotherContigName) {
  const auto context = base::Context::make();
  Recipe recipe;
  recipe.add("filter-geno", {{"geno", 0}});
  recipe.fit(with_genotypes({"1000.", "12222"}), context);
  cohort::Cohort others = with_genotypes({"00", "11", "01"});
  others.variants[0].chromosome = "chr20";
  std::swap(others.variants[0].a1, others.variants[0].a2);
  recipe.apply(others, context);
  // v2 was not in the training set and passes.
  EXPECT_EQ(ids(others), (Names{"v1", "v2"}));
}

}  // namespace
}  // namespace gcrisk::preprocess
