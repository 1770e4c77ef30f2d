// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/report/scan_plots.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gcrisk/base/random.hpp"

namespace gcrisk::report {
namespace {

TEST(ScanPlots, LambdaOfEvenlySpreadPValuesIsOne) {
  ScanPlots plots;
  constexpr int kN = 20001;
  for (int i = 0; i < kN; ++i) plots.add("1", i * 100, "v", -std::log10((i + 0.5) / kN));
  // The median p is 0.5, whose chi-square is the divisor; a bin is 1/512 of a power of ten wide.
  EXPECT_NEAR(plots.lambda_gc(), 1.0, 0.005);
  EXPECT_EQ(plots.n_tested(), 20001U);
}

TEST(ScanPlots, MemoryAndFigureStayBoundedWithAMillionVariants) {
  ScanPlots plots;
  base::Random random(1, "test");
  for (int i = 0; i < 1000000; ++i) {
    const int chromosome = 1 + i / 50000;
    plots.add(std::to_string(chromosome),
              1000 + (i % 50000) * 2000,
              "v",
              -std::log10(random.uniform_open()));
  }
  plots.add("21", 5000, "rs_top", 12.5);
  const std::string manhattan = plots.manhattan("scan").svg();
  EXPECT_LT(manhattan.size(), 600000U);
  EXPECT_NE(manhattan.find(">rs_top</text>"), std::string::npos);
  EXPECT_LT(plots.qq("qq").svg().size(), 200000U);
  EXPECT_NEAR(plots.lambda_gc(), 1.0, 0.02);
}

TEST(ScanPlots, NothingTestedStillGivesFigures) {
  ScanPlots plots;
  EXPECT_TRUE(std::isnan(plots.lambda_gc()));
  EXPECT_NE(plots.manhattan("none").svg().find("<svg"), std::string::npos);
  plots.add("1", 10, "v", std::nan(""));
  EXPECT_EQ(plots.n_tested(), 0U);
  EXPECT_NE(plots.qq("none").svg().find("<svg"), std::string::npos);
}

TEST(ScanPlots, OneVariantIsEnough) {
  ScanPlots plots;
  plots.add("20", 61098, "rs1", 2.0);
  EXPECT_NE(plots.manhattan("one").svg().find("<circle"), std::string::npos);
  EXPECT_NE(plots.qq("one").svg().find("<circle"), std::string::npos);
}

}  // namespace
}  // namespace gcrisk::report
