// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/linear/likelihood.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>
#include <numbers>

namespace gcrisk::models::linear {

namespace {

using cohort::OutcomeKind;
using Eigen::Index;

constexpr int kMaxIterations = 60;
constexpr double kStepTolerance = 1e-10;
constexpr double kCollinear = 1e-9;  // share of a column's variance that others do not explain
// The marks of separation: linear predictors beyond 15 (a probability of 0.9999997) that still
// move by about 1 a step, while the likelihood gains nothing by it.
constexpr double kSeparatedEta = 15;
constexpr double kSeparatedMove = 0.5;
constexpr double kSeparatedGain = 1e-5;
constexpr double kLargestFirthStep = 5;

// Linear predictors of all classes from those of all but the reference.
Eigen::MatrixXd with_reference(const Family& family, const Eigen::MatrixXd& eta) {
  if (family.kind() != OutcomeKind::kMulticlass) return eta;
  Eigen::MatrixXd all = Eigen::MatrixXd::Zero(eta.rows(), eta.cols() + 1);
  all.rightCols(eta.cols()) = eta;
  return all;
}

Eigen::MatrixXd residuals(const Family& family, const Eigen::MatrixXd& eta) {
  const Eigen::MatrixXd r = family.residuals(with_reference(family, eta));
  return r.rightCols(eta.cols());
}

// Mean information X'WX over (feature, column).
Eigen::MatrixXd information(const Design& design,
                            const Family& family,
                            const Features& features,
                            const Eigen::MatrixXd& eta,
                            const base::Context& context) {
  const auto m = static_cast<Index>(features.size());
  const Index columns = eta.cols();
  const Index shift = family.kind() == OutcomeKind::kMulticlass ? 1 : 0;
  const Eigen::MatrixXd all = with_reference(family, eta);
  Eigen::MatrixXd h(m * columns, m * columns);
  for (Index l = 0; l < columns; ++l) {
    for (Index k = 0; k <= l; ++k) {
      const Eigen::MatrixXd block = design.cross(features,
                                                 features,
                                                 family.curvature(all, k + shift, l + shift),
                                                 Precision::kDouble,
                                                 context);
      h.block(k * m, l * m, m, m) = block;
      h.block(l * m, k * m, m, m) = block.transpose();
    }
  }
  return h;
}

Eigen::Map<const Eigen::VectorXd> flat(const Eigen::MatrixXd& matrix) {
  return {matrix.data(), matrix.size()};
}

// The Gaussian log-likelihood at its best variance, or minus the total loss.
double log_likelihood(const Family& family, const Eigen::MatrixXd& eta) {
  const auto n = static_cast<double>(family.n_samples());
  const double loss = family.mean_loss(with_reference(family, eta));
  if (family.kind() != OutcomeKind::kContinuous) return -n * loss;
  return -0.5 * n * (std::log(2 * std::numbers::pi * 2 * loss) + 1);
}

Eigen::MatrixXd first_theta(const Family& family, const Features& features) {
  const Eigen::RowVectorXd null = family.null_intercepts();
  const bool classes = family.kind() == OutcomeKind::kMulticlass;
  Eigen::MatrixXd theta =
      Eigen::MatrixXd::Zero(static_cast<Index>(features.size()), null.size() - (classes ? 1 : 0));
  theta.row(0) = classes ? Eigen::RowVectorXd(null.tail(null.size() - 1).array() - null(0)) : null;
  return theta;
}

Eigen::MatrixXd predictors(const Design& design,
                           const Family& family,
                           const Features& features,
                           const Eigen::MatrixXd& theta,
                           const base::Context& context) {
  Eigen::MatrixXd eta = Eigen::MatrixXd::Zero(family.n_samples(), theta.cols());
  design.add(features, theta, eta, context);
  return eta;
}

}  // namespace

Features independent_features(const Design& design,
                              const Family& family,
                              const Features& features,
                              std::vector<Collinear>& dropped,
                              const base::Context& context) {
  const Eigen::MatrixXd h =
      design.cross(features, features, family.weights(), Precision::kDouble, context);
  const Index m = h.rows();
  Eigen::MatrixXd lower = Eigen::MatrixXd::Zero(m, m);
  std::vector<Index> kept;
  Features out;
  for (Index j = 0; j < m; ++j) {
    const auto k = static_cast<Index>(kept.size());
    Eigen::VectorXd cross(k);
    for (Index i = 0; i < k; ++i) cross(i) = h(kept[static_cast<std::size_t>(i)], j);
    const auto triangle = lower.topLeftCorner(k, k).triangularView<Eigen::Lower>();
    const Eigen::VectorXd row = triangle.solve(cross);
    const double left = h(j, j) - row.squaredNorm();
    const std::uint32_t feature = features[static_cast<std::size_t>(j)];
    if (h(j, j) > 0 && left > kCollinear * h(j, j)) {
      lower.row(k).head(k) = row.transpose();
      lower(k, k) = std::sqrt(left);
      kept.push_back(j);
      out.push_back(feature);
      continue;
    }
    Collinear found{feature, {}};
    if (h(j, j) > 0) {
      const Eigen::VectorXd share = triangle.transpose().solve(row);
      for (Index i = 0; i < k; ++i) {
        const Index at = kept[static_cast<std::size_t>(i)];
        if (at > 0 && std::abs(share(i)) * std::sqrt(h(at, at)) > 1e-4 * std::sqrt(h(j, j))) {
          found.sum_of.push_back(features[static_cast<std::size_t>(at)]);
        }
      }
    }
    dropped.push_back(std::move(found));
  }
  return out;
}

LikelihoodFit maximise_likelihood(const Design& design,
                                  const Family& family,
                                  const Features& features,
                                  const Eigen::MatrixXd& start,
                                  const base::Context& context) {
  LikelihoodFit fit;
  fit.features = features;
  fit.theta = start.size() > 0 ? start : first_theta(family, features);
  Eigen::MatrixXd eta = predictors(design, family, features, fit.theta, context);
  const double scale = family.scale();
  double value = log_likelihood(family, eta);
  Eigen::LLT<Eigen::MatrixXd> factor;
  const bool classes = family.kind() != OutcomeKind::kContinuous;
  while (fit.iterations < kMaxIterations) {
    context.cancellation->check();
    ++fit.iterations;
    const Eigen::MatrixXd score = design.transposed(features, residuals(family, eta), context);
    factor.compute(information(design, family, features, eta, context));
    if (factor.info() != Eigen::Success) break;
    Eigen::MatrixXd move(score.rows(), score.cols());
    Eigen::Map<Eigen::VectorXd>(move.data(), move.size()) = factor.solve(flat(score));
    if (!move.allFinite()) break;
    Eigen::MatrixXd moved = predictors(design, family, features, move, context);
    double t = 1;
    double next = log_likelihood(family, eta + moved);
    while (!(next >= value - 1e-12 * std::abs(value)) && t > 1e-6) {
      t /= 2;
      next = log_likelihood(family, eta + t * moved);
    }
    fit.theta += t * move;
    eta += t * moved;
    const double gain = next - value;
    value = next;
    if (move.cwiseAbs().maxCoeff() <= kStepTolerance * scale) {
      fit.converged = true;
      break;
    }
    if (classes && gain < kSeparatedGain && eta.cwiseAbs().maxCoeff() > kSeparatedEta &&
        moved.cwiseAbs().maxCoeff() > kSeparatedMove) {
      fit.separated = true;
      break;
    }
  }
  fit.log_likelihood = value;
  factor.compute(information(design, family, features, eta, context));
  const auto n = static_cast<double>(family.n_samples());
  const Index size = fit.theta.size();
  if (factor.info() == Eigen::Success) {
    fit.covariance = factor.solve(Eigen::MatrixXd::Identity(size, size)) / n;
    if (!classes) {
      const double rss = 2 * n * family.mean_loss(eta);
      const double df = n - static_cast<double>(size);
      fit.residual_sd = std::sqrt(rss / df);
      fit.covariance *= rss / df;
    }
  }
  return fit;
}

LikelihoodFit maximise_firth(const Design& design,
                             const Family& family,
                             const Features& features,
                             Eigen::Index held,
                             const base::Context& context) {
  LikelihoodFit fit;
  fit.features = features;
  fit.theta = first_theta(family, features);
  const auto n = static_cast<double>(family.n_samples());
  const Eigen::MatrixXd x = design.decode(features);
  const Eigen::VectorXd y = family.y().col(0);
  Eigen::VectorXd w;
  Eigen::LLT<Eigen::MatrixXd> factor;
  const auto evaluate = [&](const Eigen::MatrixXd& theta) {
    const Eigen::MatrixXd eta = x * theta;
    w = n * family.curvature(eta, 0, 0);
    factor.compute(x.transpose() * w.asDiagonal() * x);
    if (factor.info() != Eigen::Success) return -std::numeric_limits<double>::infinity();
    const double half_log_det = factor.matrixLLT().diagonal().array().log().sum();
    return -n * family.mean_loss(eta) + half_log_det;
  };
  double value = evaluate(fit.theta);
  while (fit.iterations < 4 * kMaxIterations) {
    context.cancellation->check();
    ++fit.iterations;
    const Eigen::VectorXd mu = probabilities(x * fit.theta);
    const Eigen::MatrixXd scaled =
        factor.matrixL().solve((w.cwiseSqrt().asDiagonal() * x).transpose());
    const Eigen::VectorXd leverage = scaled.colwise().squaredNorm().transpose();
    const Eigen::VectorXd pull =
        n * family.weights().array() * (y - mu).array() + leverage.array() * (0.5 - mu.array());
    const Eigen::VectorXd score = x.transpose() * pull;
    Eigen::VectorXd move = factor.solve(score);
    if (held >= 0) {
      // The same step within the plane where the held coefficient stays: add the multiple of the
      // inverse's column that brings its own move to 0.
      const Eigen::VectorXd column = factor.solve(Eigen::VectorXd::Unit(score.size(), held));
      move -= move(held) / column(held) * column;
      move(held) = 0;
    }
    const double longest = move.cwiseAbs().maxCoeff();
    if (longest <= kStepTolerance) {
      fit.converged = true;
      break;
    }
    if (longest > kLargestFirthStep) move *= kLargestFirthStep / longest;
    double t = 1;
    double next = evaluate(fit.theta + move);
    while (!(next >= value - 1e-12 * std::abs(value)) && t > 1e-8) {
      t /= 2;
      next = evaluate(fit.theta + t * move);
    }
    fit.theta += t * move;
    value = next;
  }
  fit.log_likelihood = evaluate(fit.theta);
  const Index size = fit.theta.size();
  if (factor.info() == Eigen::Success) {
    fit.covariance = factor.solve(Eigen::MatrixXd::Identity(size, size));
  }
  return fit;
}

std::vector<double> likelihood_ratio_p(const Design& design,
                                       const Family& family,
                                       const LikelihoodFit& fit,
                                       bool firth,
                                       const base::Context& context) {
  std::vector<double> p(fit.features.size(), std::numeric_limits<double>::quiet_NaN());
  const boost::math::chi_squared reference(static_cast<double>(fit.theta.cols()));
  context.for_chunks(p.size(), 1, [&](std::size_t s, std::size_t) {
    if (s == 0) return;
    LikelihoodFit without;
    if (firth) {
      without = maximise_firth(design, family, fit.features, static_cast<Index>(s), context);
    } else {
      Features others = fit.features;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(s));
      without = maximise_likelihood(design, family, others, {}, context);
    }
    if (!without.converged) return;
    const double twice = 2 * (fit.log_likelihood - without.log_likelihood);
    p[s] = boost::math::cdf(boost::math::complement(reference, std::max(0.0, twice)));
  });
  return p;
}

}  // namespace gcrisk::models::linear
