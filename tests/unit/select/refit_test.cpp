// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/select/refit.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace gcrisk::select {
namespace {

struct Data {
  Eigen::MatrixXd x;
  Eigen::VectorXd y;
};

// A constant and one binary column: `a` cases and `b` controls have it, `c` cases and `d` controls
// do not.
Data two_by_two(int a, int b, int c, int d) {
  Data data{Eigen::MatrixXd::Ones(a + b + c + d, 2), Eigen::VectorXd::Zero(a + b + c + d)};
  for (Eigen::Index i = 0; i < data.y.size(); ++i) {
    data.x(i, 1) = i < a + b ? 1 : 0;
    data.y[i] = i < a || (i >= a + b && i < a + b + c) ? 1 : 0;
  }
  return data;
}

TEST(LogisticEffect, OfATwoByTwoTableIsTheLogOddsRatio) {
  const auto data = two_by_two(12, 7, 9, 20);
  const auto effect = fit_logistic_effect(data.x, data.y);
  EXPECT_NEAR(effect.beta, std::log(12.0 * 20 / (7.0 * 9)), 1e-9);
  EXPECT_NEAR(effect.se, std::sqrt(1 / 12.0 + 1 / 7.0 + 1 / 9.0 + 1 / 20.0), 1e-9);
  EXPECT_EQ(effect.kind, FitKind::kMaximumLikelihood);
}

TEST(LogisticEffect, IsRefusedUnderSeparation) {
  const auto data = two_by_two(5, 0, 9, 20);
  EXPECT_EQ(fit_logistic_effect(data.x, data.y).kind, FitKind::kNone);
}

// In a saturated model the penalty adds half a person to each cell (Firth 1993, section 3).
TEST(FirthEffect, OfATwoByTwoTableAddsOneHalfToEachCell) {
  for (const auto& [a, b, c, d] :
       std::vector<std::array<int, 4>>{{12, 7, 9, 20}, {5, 0, 9, 20}, {3, 0, 0, 4}}) {
    const auto data = two_by_two(a, b, c, d);
    const auto effect = fit_firth_effect(data.x, data.y);
    EXPECT_EQ(effect.kind, FitKind::kFirth);
    EXPECT_NEAR(effect.beta, std::log((a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5))), 1e-7);
    EXPECT_GT(effect.p, 0);
    EXPECT_LT(effect.p, 0.2);
  }
}

TEST(FirthEffect, HasNoEvidenceInABalancedTable) {
  const auto data = two_by_two(6, 6, 6, 6);
  const auto effect = fit_firth_effect(data.x, data.y);
  EXPECT_NEAR(effect.beta, 0, 1e-9);
  EXPECT_NEAR(effect.p, 1, 1e-6);
}

TEST(LinearEffect, IsTheTwoSampleTTest) {
  // Groups 1 2 3 and 4 6: means 2 and 5, pooled variance (2 + 2) / 3, se² = 4/3 (1/3 + 1/2).
  Eigen::MatrixXd x(5, 2);
  x << 1, 0, 1, 0, 1, 0, 1, 1, 1, 1;
  Eigen::VectorXd y(5);
  y << 1, 2, 3, 4, 6;
  const auto effect = fit_linear_effect(x, y);
  EXPECT_NEAR(effect.beta, 3, 1e-12);
  EXPECT_NEAR(effect.se, std::sqrt(4.0 / 3 * (1.0 / 3 + 0.5)), 1e-12);
}

}  // namespace
}  // namespace gcrisk::select
