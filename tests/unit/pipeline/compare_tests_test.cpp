// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "pipeline/compare/tests.hpp"
#include "pipeline/compare/tune.hpp"

namespace gcrisk::pipeline {
namespace {

// Differences 0.10, 0.03, 0.04, 0.11: mean 0.07, variance (0.03² + 0.04² + 0.03² + 0.04²) / 3 =
// 0.005 / 3. With a quarter of the people in each test fold the variance of the mean is
// (1/4 + 0.25/0.75) · 0.005/3, so t = 0.07 / 0.0311805 = 2.24499; two-sided p on 3 degrees of
// freedom from SciPy 1.15: 2 * scipy.stats.t.sf(2.24499, 3).
TEST(CorrectedResampledT, WidensTheVarianceByTheSharedPeople) {
  const std::vector<double> first = {0.80, 0.75, 0.78, 0.82};
  const std::vector<double> second = {0.70, 0.72, 0.74, 0.71};
  EXPECT_NEAR(corrected_resampled_t(first, second, 0.25), 0.1104489777301551, 1e-12);
}

TEST(CorrectedResampledT, SaysNothingWithoutVariance) {
  const std::vector<double> same = {0.8, 0.7};
  EXPECT_TRUE(std::isnan(corrected_resampled_t(same, same, 0.5)));
  EXPECT_TRUE(std::isnan(corrected_resampled_t({same.data(), 1}, {same.data(), 1}, 0.5)));
}

// Ranks by fold: (1, 3, 2), (1, 2, 3), (1, 3, 2), (2, 3, 1). Chi-square 12·4/(3·4) ·
// (1.25² + 2.75² + 2² - 3·4²/4) = 4 · 1.125 = 4.5, F = 3 · 4.5 / (8 - 4.5) = 3.857143 on 2 and 6
// degrees of freedom, p by SciPy; difference 2.343 · √(3·4 / (6·4)) = 1.656751.
TEST(FriedmanNemenyi, RanksMethodsInEachFold) {
  const RankTest test = friedman_nemenyi(
      {{0.80, 0.75, 0.78, 0.82}, {0.70, 0.72, 0.74, 0.71}, {0.79, 0.70, 0.75, 0.83}});
  EXPECT_EQ(test.mean_rank, (std::vector<double>{1.25, 2.75, 2.0}));
  EXPECT_NEAR(test.statistic, 27.0 / 7, 1e-12);
  EXPECT_NEAR(test.p, 0.08374023437499997, 1e-12);
  EXPECT_NEAR(test.critical_difference, 1.656751, 1e-6);
}

TEST(FriedmanNemenyi, SharesRanksAmongEquals) {
  const RankTest test = friedman_nemenyi({{0.5, 0.9}, {0.5, 0.1}});
  EXPECT_EQ(test.mean_rank, (std::vector<double>{1.25, 1.75}));
}

TEST(SearchValue, FollowsTheRangeOfTheTable) {
  EXPECT_EQ(search_value({.name = "x", .search = "log:1e-4:1"}, 0.5), "0.01");
  EXPECT_EQ(search_value({.name = "x", .search = "0:1"}, 0.25), "0.25");
  EXPECT_EQ(search_value({.name = "x", .search = "int:2:16"}, 0.0), "2");
  EXPECT_EQ(search_value({.name = "x", .search = "int:2:16"}, 0.9999), "16");
  EXPECT_EQ(search_value({.name = "x", .choices = {"gini", "entropy"}, .search = "choice"}, 0.6),
            "entropy");
}

}  // namespace
}  // namespace gcrisk::pipeline
