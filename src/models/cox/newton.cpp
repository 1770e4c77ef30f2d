// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/cox/newton.hpp"

#include <Eigen/Cholesky>
#include <cmath>

namespace gcrisk::models::cox {

namespace {

using Eigen::Index;

constexpr int kMaxSteps = 100;
constexpr int kMaxHalvings = 30;
constexpr double kSettled = 1e-10;  // largest step, in standard deviations of a column
constexpr double kLongestStep = 5;  // of one Firth step
constexpr double kFlat = 1e-8;      // of the log likelihood
constexpr double kGrowing = 12;     // a coefficient of a standardised column beyond reason

double log_determinant(const Eigen::LDLT<Eigen::MatrixXd>& factor) {
  return factor.vectorD().array().abs().max(1e-300).log().sum();
}

}  // namespace

CoxFit maximise_partial_likelihood(const linear::PartialLikelihood& likelihood,
                                   const Eigen::MatrixXd& x,
                                   bool firth,
                                   const base::Context& context) {
  CoxFit fit;
  const Index p = x.cols();
  fit.beta = Eigen::VectorXd::Zero(p);
  auto at = likelihood.derivatives(x, fit.beta);
  fit.null_log_likelihood = at.log_likelihood;
  Eigen::LDLT<Eigen::MatrixXd> factor(at.information);
  const auto value_of = [&](const auto& d, const Eigen::LDLT<Eigen::MatrixXd>& f) {
    return d.log_likelihood + (firth ? 0.5 * log_determinant(f) : 0);
  };
  double value = value_of(at, factor);
  while (fit.iterations < kMaxSteps) {
    context.cancellation->check();
    ++fit.iterations;
    Eigen::VectorXd gradient = at.gradient;
    const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(p, p);
    if (firth) gradient += likelihood.firth_gradient(x, fit.beta, factor.solve(identity));
    Eigen::VectorXd step = factor.solve(gradient);
    if (!step.allFinite()) break;
    const double length = p == 0 ? 0 : step.cwiseAbs().maxCoeff();
    if (firth && length > kLongestStep) step *= kLongestStep / length;
    double t = 1;
    double gain = 0;
    for (int halving = 0; halving < kMaxHalvings; ++halving, t /= 2) {
      const Eigen::VectorXd beta = fit.beta + t * step;
      auto next = likelihood.derivatives(x, beta);
      Eigen::LDLT<Eigen::MatrixXd> next_factor(next.information);
      const double reached = value_of(next, next_factor);
      if (!(reached >= value - 1e-12 * std::abs(value))) continue;
      gain = reached - value;
      fit.beta = beta;
      at = std::move(next);
      factor = std::move(next_factor);
      value = reached;
      break;
    }
    if (length <= kSettled) {
      fit.converged = true;
      break;
    }
    // The likelihood stands still while a coefficient goes on and on.
    if (!firth && gain < kFlat && p > 0 && fit.beta.cwiseAbs().maxCoeff() > kGrowing) {
      fit.monotone = true;
      break;
    }
  }
  fit.monotone = fit.monotone || (!firth && !fit.converged);
  fit.log_likelihood = at.log_likelihood;
  fit.covariance = factor.solve(Eigen::MatrixXd::Identity(p, p));
  return fit;
}

}  // namespace gcrisk::models::cox
