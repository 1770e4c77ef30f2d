// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/svm/platt.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>

namespace gcrisk::models::svm {

namespace {

using Eigen::Index;

constexpr int kMaxSteps = 100;
constexpr int kMaxHalvings = 40;
constexpr double kSettled = 1e-9;
constexpr double kRidge = 1e-12;
constexpr double kLeastPair = 1e-7;  // a pair is never certain

// log(1 + exp(x)) without overflow.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

}  // namespace

double Platt::risk(double margin) const {
  const double eta = a * margin + b;
  return eta >= 0 ? std::exp(-eta) / (1 + std::exp(-eta)) : 1 / (1 + std::exp(eta));
}

Platt fit_platt(const Eigen::VectorXd& margins, const Eigen::VectorXd& labels) {
  const auto n_cases = static_cast<double>((labels.array() > 0).count());
  const double n_controls = static_cast<double>(labels.size()) - n_cases;
  const double high = (n_cases + 1) / (n_cases + 2);
  const double low = 1 / (n_controls + 2);
  const auto loss = [&](const Platt& at) {
    double sum = 0;
    for (Index i = 0; i < margins.size(); ++i) {
      const double eta = at.a * margins(i) + at.b;
      const double target = labels(i) > 0 ? high : low;
      sum += softplus(eta) - (1 - target) * eta;
    }
    return sum;
  };
  Platt fit{0, std::log((n_controls + 1) / (n_cases + 1))};
  double value = loss(fit);
  for (int step = 0; step < kMaxSteps; ++step) {
    Eigen::Vector2d gradient = Eigen::Vector2d::Zero();
    Eigen::Matrix2d h = kRidge * Eigen::Matrix2d::Identity();
    for (Index i = 0; i < margins.size(); ++i) {
      const double p = fit.risk(margins(i));
      const double off = (labels(i) > 0 ? high : low) - p;
      const Eigen::Vector2d x(margins(i), 1);
      gradient += off * x;
      h += p * (1 - p) * x * x.transpose();
    }
    if (gradient.cwiseAbs().maxCoeff() < kSettled * static_cast<double>(margins.size())) break;
    const Eigen::Vector2d d = h.inverse() * gradient;
    double t = 1;
    Platt next = fit;
    double reached = value;
    for (int halving = 0; halving < kMaxHalvings; ++halving, t /= 2) {
      next = {fit.a - t * d(0), fit.b - t * d(1)};
      reached = loss(next);
      if (reached < value - 1e-4 * t * gradient.dot(d)) break;
    }
    if (!(reached < value)) break;
    fit = next;
    value = reached;
  }
  return fit;
}

Eigen::RowVectorXd couple(const Eigen::MatrixXd& pair) {
  const Index k = pair.rows();
  const Eigen::MatrixXd r = pair.cwiseMax(kLeastPair).cwiseMin(1 - kLeastPair);
  // The probabilities minimise sum over pairs of (r_ji p_i - r_ij p_j)² and add to 1.
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(k + 1, k + 1);
  for (Index i = 0; i < k; ++i) {
    for (Index j = 0; j < k; ++j) {
      if (i == j) continue;
      a(i, i) += r(j, i) * r(j, i);
      a(i, j) = -r(j, i) * r(i, j);
    }
    a(i, k) = 1;
    a(k, i) = 1;
  }
  Eigen::VectorXd right = Eigen::VectorXd::Zero(k + 1);
  right(k) = 1;
  Eigen::RowVectorXd p = a.partialPivLu().solve(right).head(k).transpose().cwiseMax(0.0);
  return p / p.sum();
}

}  // namespace gcrisk::models::svm
