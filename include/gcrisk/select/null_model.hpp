// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include "gcrisk/select/selector.hpp"

namespace gcrisk::select {

// The outcome explained by a constant and the covariates alone: logistic for a binary outcome,
// linear for a continuous one. Rows of samples that are not in use are 0.
struct NullModel {
  Eigen::VectorXd residuals;    // y - fitted
  Eigen::VectorXd weights;      // variance of y by the model: μ(1-μ), or 1
  Eigen::MatrixXd basis;        // n × rank, spans constant and covariates, basisᵀ W basis = 1
  double residual_squares = 0;  // linear: Σ residual²
  double residual_df = 0;       // linear: n - rank
};

// Covariates that depend on others are left out of the basis. ConvergenceError where the logistic
// model does not converge because covariates separate cases from controls.
NullModel fit_null_model(const Task& task);

}  // namespace gcrisk::select
