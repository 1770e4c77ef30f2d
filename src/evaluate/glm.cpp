// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "glm.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace gcrisk::evaluate {

double logit(double risk) {
  constexpr double kEdge = 1e-10;
  const double p = std::clamp(risk, kEdge, 1 - kEdge);
  return std::log(p / (1 - p));
}

double inverse_logit(double x) {
  return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

namespace {

// log(1 + exp(x)) without overflow.
double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

}  // namespace

LogisticFit fit_logistic(const Eigen::MatrixXd& design,
                         std::span<const double> truth,
                         Weights weights,
                         std::span<const double> offset) {
  const Eigen::Index n = design.rows();
  const Eigen::Index p = design.cols();
  LogisticFit fit;
  fit.beta = Eigen::VectorXd::Zero(p);
  const auto predictor = [&](const Eigen::VectorXd& beta) {
    Eigen::VectorXd eta = design * beta;
    if (!offset.empty()) eta += Eigen::Map<const Eigen::VectorXd>(offset.data(), n);
    return eta;
  };
  const auto log_likelihood = [&](const Eigen::VectorXd& eta) {
    double sum = 0;
    for (Eigen::Index i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (weights[at] != 0) sum += weights[at] * (truth[at] * eta[i] - softplus(eta[i]));
    }
    return sum;
  };
  Eigen::VectorXd eta = predictor(fit.beta);
  double current = log_likelihood(eta);
  Eigen::MatrixXd information(p, p);
  Eigen::VectorXd gradient(p);
  for (int iteration = 0; iteration < 60; ++iteration) {
    information.setZero();
    gradient.setZero();
    for (Eigen::Index i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (weights[at] == 0) continue;
      const double mu = inverse_logit(eta[i]);
      const double w = weights[at] * mu * (1 - mu);
      const double residual = weights[at] * (truth[at] - mu);
      for (Eigen::Index a = 0; a < p; ++a) {
        gradient[a] += residual * design(i, a);
        for (Eigen::Index b = 0; b <= a; ++b) {
          information(a, b) += w * design(i, a) * design(i, b);
        }
      }
    }
    const Eigen::LDLT<Eigen::MatrixXd> factor(information.selfadjointView<Eigen::Lower>());
    if (factor.info() != Eigen::Success || !factor.isPositive() ||
        factor.vectorD().minCoeff() <= 1e-12 * factor.vectorD().maxCoeff()) {
      return fit;
    }
    const Eigen::VectorXd step = factor.solve(gradient);
    fit.covariance = factor.solve(Eigen::MatrixXd::Identity(p, p));
    double scale = 1;
    Eigen::VectorXd next;
    Eigen::VectorXd next_eta;
    double reached = current;
    for (int half = 0; half < 30; ++half, scale /= 2) {
      next = fit.beta + scale * step;
      next_eta = predictor(next);
      reached = log_likelihood(next_eta);
      if (reached >= current - 1e-12 * std::abs(current)) break;
    }
    const double change = (next - fit.beta).cwiseAbs().maxCoeff();
    fit.beta = next;
    eta = next_eta;
    current = reached;
    if (!(fit.beta.cwiseAbs().maxCoeff() < 1e4)) return fit;
    if (change < 1e-10 * (1 + fit.beta.cwiseAbs().maxCoeff())) {
      // Separated data: the likelihood climbs to 0 and the steps shrink only because rounding
      // stops them.
      fit.converged = current < -1e-6;
      return fit;
    }
  }
  return fit;
}

}  // namespace gcrisk::evaluate
