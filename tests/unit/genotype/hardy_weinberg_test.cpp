// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/genotype/hardy_weinberg.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace gcrisk::genotype {
namespace {

// 5 people, 3 copies of the rarer allele among 10: het 1 or 3. The number of arrangements is
// 5! / (r! h! c!) 2^h: het 3 (0, 3, 2): 10 * 8 = 80; het 1 (1, 1, 3): 20 * 2 = 40; together 120.
TEST(HardyWeinberg, CountsArrangements) {
  EXPECT_DOUBLE_EQ(hardy_weinberg_p(0, 3, 2), 1);
  EXPECT_DOUBLE_EQ(hardy_weinberg_p(1, 1, 3), 40.0 / 120);
  EXPECT_DOUBLE_EQ(hardy_weinberg_p(3, 1, 1), 40.0 / 120);
  EXPECT_DOUBLE_EQ(hardy_weinberg_p(0, 3, 2, true), (80.0 / 2 + 40) / 120);
  EXPECT_DOUBLE_EQ(hardy_weinberg_p(1, 1, 3, true), 20.0 / 120);
}

TEST(HardyWeinberg, IsOneWhereNothingVaries) {
  EXPECT_EQ(hardy_weinberg_p(0, 0, 0), 1);
  EXPECT_EQ(hardy_weinberg_p(0, 0, 70), 1);
  EXPECT_EQ(hardy_weinberg_p(0, 0, 70, true), 0.5);
  EXPECT_EQ(hardy_weinberg_p(0, 1, 70), 1);
}

// The distribution written out with factorials: P(h) of 100 people with 21 copies of one allele is
// proportional to 2^h / (h! ((21 - h) / 2)! (100 - h - (21 - h) / 2)!).
TEST(HardyWeinberg, AgreesWithTheWholeDistribution) {
  const auto common = [](int het) { return 100 - het - (21 - het) / 2; };
  const auto weight = [&](int het) {
    return std::exp(het * std::log(2.0) - std::lgamma(het + 1) - std::lgamma((21 - het) / 2 + 1) -
                    std::lgamma(common(het) + 1));
  };
  double all = 0;
  for (int het = 1; het <= 21; het += 2) all += weight(het);
  for (int seen = 1; seen <= 21; seen += 2) {
    double tail = 0;
    for (int het = 1; het <= 21; het += 2) {
      if (weight(het) <= weight(seen) * (1 + 1e-9)) tail += weight(het);
    }
    const double p = hardy_weinberg_p(static_cast<std::uint32_t>((21 - seen) / 2),
                                      static_cast<std::uint32_t>(seen),
                                      static_cast<std::uint32_t>(common(seen)));
    EXPECT_NEAR(p / (tail / all), 1, 1e-9) << seen;
  }
}

TEST(HardyWeinberg, StaysFiniteForMillions) {
  EXPECT_EQ(hardy_weinberg_p(500000, 0, 500000), 0);
  EXPECT_GT(hardy_weinberg_p(250000, 500000, 250000), 0.99);
}

}  // namespace
}  // namespace gcrisk::genotype
