// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string_view>

#include "gcrisk/select/selector.hpp"

namespace gcrisk::select {

enum class FitKind { kNone, kMaximumLikelihood, kFirth, kLeastSquares };
std::string_view to_string(FitKind kind);  // "NA", "ml", "firth", "ols"

// The effect of one more A1 allele (log odds, or units of the outcome), adjusted for the other
// columns.
struct Effect {
  double beta;
  double se;
  double p;
  FitKind kind = FitKind::kNone;
};

// Logistic regression of y (0 or 1) on the columns of x (a constant among them), by Newton's
// method; the effect is that of the last column, P is Wald's. kNone where the maximum does not
// exist (a column separates the classes) or was not reached.
Effect fit_logistic_effect(const Eigen::MatrixXd& x, const Eigen::VectorXd& y);

// The same with Firth's penalty, half the logarithm of the determinant of the information
// (Firth 1993): finite under separation, nearly unbiased in small samples. P is that of the
// penalised likelihood ratio (Heinze and Schemper 2002).
Effect fit_firth_effect(const Eigen::MatrixXd& x, const Eigen::VectorXd& y);

Effect fit_linear_effect(const Eigen::MatrixXd& x, const Eigen::VectorXd& y);

// The model of a task for one variant, fitted anew with the samples that have a call: logistic,
// with Firth's penalty where plain maximum likelihood has no solution; or linear.
Effect refit(const Task& task, const std::uint8_t* packed_row);

}  // namespace gcrisk::select
