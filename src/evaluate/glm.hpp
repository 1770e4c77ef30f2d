// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <span>

#include "gcrisk/evaluate/scored.hpp"

namespace gcrisk::evaluate {

// Logistic regression with few columns, weights and an offset, by Newton's method with halved
// steps. `converged` is false where the likelihood has no maximum (perfect separation).
struct LogisticFit {
  Eigen::VectorXd beta;
  Eigen::MatrixXd covariance;  // inverse of the information
  bool converged = false;
};
LogisticFit fit_logistic(const Eigen::MatrixXd& design,
                         std::span<const double> truth,
                         Weights weights,
                         std::span<const double> offset = {});

// Log odds of a risk; risks nearer than 1e-10 to 0 or 1 are moved there, so that they stay finite.
double logit(double risk);
double inverse_logit(double x);

}  // namespace gcrisk::evaluate
