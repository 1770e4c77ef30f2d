// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/select/null_model.hpp"

#include <Eigen/Cholesky>
#include <cmath>

#include "gcrisk/base/error.hpp"

namespace gcrisk::select {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Constant and covariates of the samples in use, each covariate made orthogonal to what stands
// before it and scaled to length sqrt(n); a covariate of which nothing is left is dropped.
MatrixXd independent_columns(const Task& task, const std::vector<Index>& rows) {
  const auto n = static_cast<Index>(rows.size());
  MatrixXd x(n, task.covariates.cols() + 1);
  x.col(0).setOnes();
  Index rank = 1;
  for (Index c = 0; c < task.covariates.cols(); ++c) {
    VectorXd v = task.covariates(rows, c);
    const double size = (v.array() - v.mean()).matrix().norm();
    for (int pass = 0; pass < 2; ++pass) {  // twice is enough (Kahan)
      for (Index k = 0; k < rank; ++k) {
        v -= x.col(k) * (x.col(k).dot(v) / static_cast<double>(n));
      }
    }
    if (!(v.norm() > 1e-9 * size) || size == 0) continue;
    x.col(rank++) = v * (std::sqrt(static_cast<double>(n)) / v.norm());
  }
  return x.leftCols(rank);
}

VectorXd fitted_probabilities(const MatrixXd& x, const VectorXd& beta) {
  return (1.0 + (-(x * beta).array()).exp()).inverse().matrix();
}

VectorXd fit_logistic(const MatrixXd& x, const VectorXd& y) {
  VectorXd beta = VectorXd::Zero(x.cols());
  const double mean = y.mean();
  beta[0] = std::log(mean / (1 - mean));
  for (int iteration = 0; iteration < 50; ++iteration) {
    const VectorXd mu = fitted_probabilities(x, beta);
    const VectorXd w = mu.array() * (1 - mu.array());
    const MatrixXd information = x.transpose() * (x.array().colwise() * w.array()).matrix();
    const VectorXd step = information.ldlt().solve(x.transpose() * (y - mu));
    // Columns have length sqrt(n), so a coefficient beyond 30 is a fitted probability of 0 or 1.
    beta += step;
    if (!step.allFinite() || beta.cwiseAbs().maxCoeff() > 30) break;
    if (step.cwiseAbs().maxCoeff() < 1e-10) return beta;
  }
  throw base::ConvergenceError(
      "the covariates separate cases from controls, so that the model without variants has no "
      "finite solution",
      "leave out the covariate that tells them apart");
}

}  // namespace

NullModel fit_null_model(const Task& task) {
  std::vector<Index> rows;
  for (std::size_t i = 0; i < task.n_samples(); ++i) {
    if (task.in_use[i] != 0) rows.push_back(static_cast<Index>(i));
  }
  const MatrixXd x = independent_columns(task, rows);
  const Eigen::Map<const VectorXd> values(task.outcome.values.data(),
                                          static_cast<Index>(task.outcome.values.size()));
  const VectorXd y = values(rows);
  VectorXd fitted;
  VectorXd weights = VectorXd::Ones(y.size());
  if (task.outcome.kind == cohort::OutcomeKind::kBinary) {
    fitted = fitted_probabilities(x, fit_logistic(x, y));
    weights = fitted.array() * (1 - fitted.array());
  } else {
    fitted = x * (x.transpose() * y / static_cast<double>(y.size()));
  }
  const MatrixXd information = x.transpose() * (x.array().colwise() * weights.array()).matrix();
  const MatrixXd basis =
      information.llt().matrixU().solve<Eigen::OnTheRight>(x);  // X L⁻ᵀ, so that QᵀWQ = 1

  NullModel null;
  const auto n = static_cast<Index>(task.n_samples());
  null.residuals = VectorXd::Zero(n);
  null.weights = VectorXd::Zero(n);
  null.basis = MatrixXd::Zero(n, x.cols());
  null.residuals(rows) = y - fitted;
  null.weights(rows) = weights;
  null.basis(rows, Eigen::all) = basis;
  null.residual_squares = (y - fitted).squaredNorm();
  null.residual_df = static_cast<double>(y.size() - x.cols());
  return null;
}

}  // namespace gcrisk::select
