// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/select/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "gcrisk/base/random.hpp"

namespace gcrisk::select {
namespace {

using genotype::GenotypeCounts;

// Controls 10 20 30 (2 missing), cases 20 20 10.
const std::vector<GenotypeCounts> kTable = {{10, 20, 30, 2}, {20, 20, 10, 0}};

TEST(AllelicTest, IsPearsonsChiSquareOfTheAlleleTable) {
  // Alleles: controls 40 80, cases 60 40; chi² = 220 (40*40 - 80*60)² / (120 100 100 120).
  const auto test = allelic_test(kTable);
  EXPECT_NEAR(test.statistic, 220.0 * 3200 * 3200 / (120.0 * 100 * 100 * 120), 1e-12);
  EXPECT_EQ(test.df, 1);
}

TEST(GenotypicTest, IsPearsonsChiSquareOfTheGenotypeTable) {
  // Expected in controls: 30, 40 and 40 times 60/110.
  double sum = 0;
  const double columns[] = {30, 40, 40};
  const double controls[] = {10, 20, 30};
  const double cases[] = {20, 20, 10};
  for (int g = 0; g < 3; ++g) {
    sum += std::pow(controls[g] - columns[g] * 60 / 110, 2) / (columns[g] * 60 / 110);
    sum += std::pow(cases[g] - columns[g] * 50 / 110, 2) / (columns[g] * 50 / 110);
  }
  EXPECT_NEAR(genotypic_test(kTable).statistic, sum, 1e-12);
  EXPECT_EQ(genotypic_test(kTable).df, 2);
}

TEST(GenotypicTest, LosesADegreeOfFreedomWithAGenotypeThatNobodyHas) {
  EXPECT_EQ(genotypic_test(std::vector<GenotypeCounts>{{0, 20, 30, 0}, {0, 20, 10, 0}}).df, 1);
}

TEST(TrendTest, IsNTimesTheSquaredCorrelation) {
  // x = count of A1, y = class: n 110, Σx 100, Σx² 160, Σy 50, Σxy 60.
  const double covariance = 110.0 * 60 - 100.0 * 50;
  const double r2 =
      covariance * covariance / ((110.0 * 160 - 100.0 * 100) * (110.0 * 50 - 50.0 * 50));
  EXPECT_NEAR(trend_test(kTable).statistic, 110 * r2, 1e-12);
}

TEST(Tests, AreUndefinedWithoutVariation) {
  for (const auto& counts : {std::vector<GenotypeCounts>{{0, 0, 30, 1}, {0, 0, 10, 0}},
                             std::vector<GenotypeCounts>{{0, 0, 0, 9}, {5, 5, 5, 0}}}) {
    EXPECT_TRUE(std::isnan(allelic_test(counts).statistic));
    EXPECT_TRUE(std::isnan(genotypic_test(counts).statistic));
    EXPECT_TRUE(std::isnan(trend_test(counts).statistic));
    EXPECT_TRUE(std::isnan(mutual_information(counts, EntropyTable(100)).g_statistic));
  }
}

TEST(OddsRatio, ComparesTheOddsOfA1) {
  const auto ratio = odds_ratio(kTable[0], kTable[1]);
  EXPECT_DOUBLE_EQ(ratio.ratio, (60.0 / 40) / (40.0 / 80));
  EXPECT_DOUBLE_EQ(ratio.se_log, std::sqrt(1 / 60.0 + 1 / 40.0 + 1 / 40.0 + 1 / 80.0));
  EXPECT_TRUE(std::isnan(odds_ratio({0, 0, 5, 0}, {1, 1, 1, 0}).ratio));
}

TEST(MutualInformation, IsZeroForIndependenceAndLog2ForIdentity) {
  const EntropyTable entropies(200);
  const auto none =
      mutual_information(std::vector<GenotypeCounts>{{10, 20, 30, 0}, {5, 10, 15, 0}}, entropies);
  EXPECT_NEAR(none.plug_in, 0, 1e-14);
  // Occupied cells 6, classes 2, genotypes 3: bias (6 - 2 - 3 + 1) / (2 * 90).
  EXPECT_NEAR(none.corrected, -2.0 / 180, 1e-14);
  const auto full =
      mutual_information(std::vector<GenotypeCounts>{{50, 0, 0, 0}, {0, 0, 50, 0}}, entropies);
  EXPECT_NEAR(full.plug_in, std::log(2.0), 1e-14);
  // Two cells, two classes, two genotypes: (2 - 2 - 2 + 1) / 200 is taken off, that is, added.
  EXPECT_NEAR(full.corrected, std::log(2.0) + 1.0 / 200, 1e-14);
}

TEST(ChiSquareP, GivesKnownQuantiles) {
  // Tables of every textbook: 5 % and 1 % points.
  EXPECT_NEAR(chi_square_p(3.841458820694124, 1), 0.05, 1e-14);
  EXPECT_NEAR(chi_square_p(5.991464547107979, 2), 0.05, 1e-14);
  EXPECT_NEAR(chi_square_p(11.344866730144373, 3), 0.01, 1e-14);
  EXPECT_NEAR(chi_square_quantile(0.05), 3.841458820694124, 1e-10);
}

TEST(Log10ChiSquareP, ContinuesWhereDoublesEnd) {
  // Two degrees of freedom have the closed form exp(-x/2).
  EXPECT_NEAR(log10_chi_square_p(2000, 2), -1000 / std::log(10.0), 1e-9);
  EXPECT_NEAR(log10_chi_square_p(20, 2), -10 / std::log(10.0), 1e-12);
  // One degree: both sides of the seam agree with log10(2 φ(z)/z (1 - 1/z² + 3/z⁴ - 15/z⁶)).
  for (const double x : {1300.0, 1370.0, 1380.0, 1400.0, 5000.0}) {
    const double z = std::sqrt(x);
    const double mills = 1 - 1 / x + 3 / (x * x) - 15 / (x * x * x);
    const double expected = (std::log(2 / std::sqrt(2 * M_PI) / z * mills) - x / 2) / std::log(10);
    EXPECT_NEAR(log10_chi_square_p(x, 1), expected, 1e-9);
  }
}

TEST(TSquaredP, GivesKnownQuantilesAndContinues) {
  // Two-sided 5 % point with 10 degrees of freedom: 2.228138851986274.
  EXPECT_NEAR(t_squared_p(2.228138851986274 * 2.228138851986274, 10), 0.05, 1e-12);
  // One degree of freedom is Cauchy's: P = 2/π atan(1/t).
  EXPECT_NEAR(t_squared_p(1e8, 1), 2 / M_PI * std::atan(1e-4), 1e-15);
  // Far out the logarithm goes on smoothly: the secants on both sides of the seam agree.
  const double df = 5000;
  const double a = log10_t_squared_p(1460, df, t_squared_p(1460, df));
  const double b = log10_t_squared_p(1500, df, t_squared_p(1500, df));
  const double c = log10_t_squared_p(1640, df, t_squared_p(1640, df));
  const double d = log10_t_squared_p(1680, df, t_squared_p(1680, df));
  EXPECT_NEAR((a - b) / 40, (c - d) / 40, 0.005);
  EXPECT_NEAR((b - c) / 140, ((a - b) + (c - d)) / 80, 1e-4);
}

TEST(GenomicControl, IsOneForUniformPValues) {
  std::vector<double> p;
  for (int i = 1; i < 1000; ++i) p.push_back(i / 1000.0);
  EXPECT_NEAR(genomic_control_lambda(p), 1, 1e-12);
  for (double& x : p) x = chi_square_p(1.3 * chi_square_quantile(x), 1);
  EXPECT_NEAR(genomic_control_lambda(p), 1.3, 1e-9);
}

TEST(SortPValues, OrdersAsTheStandardSortDoes) {
  std::vector<double> p = {0, 1, 5e-324, 1e-300, 0.5, 0.5, 0};
  base::Random random(1, "test", 0);
  for (int i = 0; i < 5000; ++i) p.push_back(std::pow(random.uniform(), 1 + i % 40));
  std::vector<double> expected = p;
  std::sort(expected.begin(), expected.end());
  sort_p_values(p);
  EXPECT_EQ(p, expected);
}

TEST(SortPValues, TakesNoneAndOne) {
  std::vector<double> none;
  sort_p_values(none);
  EXPECT_TRUE(none.empty());
  std::vector<double> one = {0.25};
  sort_p_values(one);
  EXPECT_EQ(one, std::vector<double>{0.25});
}

TEST(FalseDiscoveryRates, FollowBenjaminiAndHochberg) {
  // p sorted 0.01 0.02 0.03 0.5, times 4/rank: 0.04 0.04 0.04 0.5.
  const auto q = false_discovery_rates(std::vector<double>{0.5, 0.02, 0.01, 0.03});
  const std::vector<double> expected = {0.5, 0.04, 0.04, 0.04};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(q[i], expected[i], 1e-15);
}

}  // namespace
}  // namespace gcrisk::select
