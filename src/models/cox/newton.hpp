// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <string>

#include "gcrisk/base/context.hpp"
#include "models/linear/partial_likelihood.hpp"

namespace gcrisk::models::cox {

// Proportional hazards without penalty, on few columns: Newton's method on the partial likelihood.
struct CoxFit {
  Eigen::VectorXd beta;
  Eigen::MatrixXd covariance;  // the inverse of the information
  double log_likelihood = 0;   // without Firth's part
  double null_log_likelihood = 0;
  int iterations = 0;
  bool converged = false;
  bool monotone = false;  // the likelihood has no maximum: a coefficient grows for ever
};

// `firth`: maximise log L + log |information| / 2, which is finite where L is monotone.
// Source: Heinze, Schemper 2001 (Biometrics 57:114).
CoxFit maximise_partial_likelihood(const linear::PartialLikelihood& likelihood,
                                   const Eigen::MatrixXd& x,
                                   bool firth,
                                   const base::Context& context);

}  // namespace gcrisk::models::cox
