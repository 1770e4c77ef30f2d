// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/select/refit.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "gcrisk/genotype/row_words.hpp"
#include "gcrisk/select/statistics.hpp"

namespace gcrisk::select {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr Effect kNoEffect = {kNaN, kNaN, kNaN, FitKind::kNone};
constexpr int kMaxIterations = 100;

VectorXd probabilities(const MatrixXd& x, const VectorXd& beta) {
  return (1.0 + (-(x * beta).array()).exp()).inverse().matrix();
}

MatrixXd information(const MatrixXd& x, const VectorXd& mu) {
  const VectorXd w = mu.array() * (1 - mu.array());
  return x.transpose() * (x.array().colwise() * w.array()).matrix();
}

// log(1 + exp(-|eta|)) form: no overflow, and exact zeros where a sample is fitted perfectly.
double log_likelihood(const VectorXd& eta, const VectorXd& y) {
  double sum = 0;
  for (Index i = 0; i < y.size(); ++i) {
    const double signed_eta = y[i] > 0.5 ? eta[i] : -eta[i];
    sum += std::min(0.0, signed_eta) - std::log1p(std::exp(-std::abs(eta[i])));
  }
  return sum;
}

struct FirthFit {
  VectorXd beta;
  double penalised_likelihood = kNaN;
  MatrixXd covariance;
  bool converged = false;
};

// Maximises the penalised likelihood over the first `n_free` coefficients, the others being 0; the
// penalty is that of the whole model.
FirthFit fit_firth(const MatrixXd& x, const VectorXd& y, Index n_free) {
  FirthFit fit;
  fit.beta = VectorXd::Zero(x.cols());
  const auto penalised = [&](const VectorXd& beta, MatrixXd& inverse) {
    const VectorXd eta = x * beta;
    const Eigen::LLT<MatrixXd> llt(information(x, probabilities(x, beta)));
    if (llt.info() != Eigen::Success) return -std::numeric_limits<double>::infinity();
    inverse = llt.solve(MatrixXd::Identity(x.cols(), x.cols()));
    const double half_log_det = llt.matrixLLT().diagonal().array().log().sum();
    return log_likelihood(eta, y) + half_log_det;
  };
  double now = penalised(fit.beta, fit.covariance);
  for (int iteration = 0; iteration < kMaxIterations && std::isfinite(now); ++iteration) {
    const VectorXd mu = probabilities(x, fit.beta);
    const VectorXd w = mu.array() * (1 - mu.array());
    const VectorXd leverage =
        ((x * fit.covariance).array() * x.array()).rowwise().sum() * w.array();
    const VectorXd residual = (y - mu).array() + leverage.array() * (0.5 - mu.array());
    const VectorXd score = x.leftCols(n_free).transpose() * residual;
    VectorXd step = information(x, mu).topLeftCorner(n_free, n_free).ldlt().solve(score);
    const double longest = step.cwiseAbs().maxCoeff();
    if (longest > 5) step *= 5 / longest;
    double scale = 1;
    MatrixXd covariance;
    VectorXd next = fit.beta;
    double value = 0;
    for (int halving = 0; halving < 30; ++halving, scale /= 2) {
      next = fit.beta;
      next.head(n_free) += scale * step;
      value = penalised(next, covariance);
      if (value >= now - 1e-12) break;
    }
    fit.beta = next;
    fit.covariance = covariance;
    now = value;
    if (scale * step.cwiseAbs().maxCoeff() < 1e-9) {
      fit.converged = true;
      break;
    }
  }
  fit.penalised_likelihood = now;
  return fit;
}

}  // namespace

std::string_view to_string(FitKind kind) {
  switch (kind) {
    case FitKind::kNone: return "NA";
    case FitKind::kMaximumLikelihood: return "ml";
    case FitKind::kFirth: return "firth";
    case FitKind::kLeastSquares: return "ols";
  }
  return "NA";
}

Effect fit_logistic_effect(const MatrixXd& x, const VectorXd& y) {
  VectorXd beta = VectorXd::Zero(x.cols());
  for (int iteration = 0; iteration < 30; ++iteration) {
    const VectorXd mu = probabilities(x, beta);
    const Eigen::LLT<MatrixXd> llt(information(x, mu));
    if (llt.info() != Eigen::Success) return kNoEffect;
    const VectorXd step = llt.solve(x.transpose() * (y - mu));
    beta += step;
    // Coefficients that run away mean that fitted probabilities go to 0 and 1.
    if (!beta.allFinite() || (x * beta).cwiseAbs().maxCoeff() > 30) return kNoEffect;
    if (step.cwiseAbs().maxCoeff() < 1e-10) {
      const Index last = x.cols() - 1;
      const MatrixXd covariance = Eigen::LLT<MatrixXd>(information(x, probabilities(x, beta)))
                                      .solve(MatrixXd::Identity(x.cols(), x.cols()));
      const double se = std::sqrt(covariance(last, last));
      const double z = beta[last] / se;
      return {beta[last], se, chi_square_p(z * z, 1), FitKind::kMaximumLikelihood};
    }
  }
  return kNoEffect;
}

Effect fit_firth_effect(const MatrixXd& x, const VectorXd& y) {
  const Index last = x.cols() - 1;
  const FirthFit full = fit_firth(x, y, x.cols());
  const FirthFit without = fit_firth(x, y, last);
  if (!full.converged || !without.converged) return kNoEffect;
  const double ratio =
      std::max(0.0, 2 * (full.penalised_likelihood - without.penalised_likelihood));
  return {full.beta[last],
          std::sqrt(full.covariance(last, last)),
          chi_square_p(ratio, 1),
          FitKind::kFirth};
}

Effect fit_linear_effect(const MatrixXd& x, const VectorXd& y) {
  const Eigen::LLT<MatrixXd> llt(x.transpose() * x);
  const double df = static_cast<double>(x.rows() - x.cols());
  if (llt.info() != Eigen::Success || !(df > 0)) return kNoEffect;
  const VectorXd beta = llt.solve(x.transpose() * y);
  const MatrixXd inverse = llt.solve(MatrixXd::Identity(x.cols(), x.cols()));
  const Index last = x.cols() - 1;
  const double variance = (y - x * beta).squaredNorm() / df;
  const double se = std::sqrt(variance * inverse(last, last));
  const double t = beta[last] / se;
  return {beta[last], se, t_squared_p(t * t, df), FitKind::kLeastSquares};
}

Effect refit(const Task& task, const std::uint8_t* packed_row) {
  std::vector<Index> rows;
  std::vector<double> counts;
  for (std::size_t i = 0; i < task.n_samples(); ++i) {
    const auto code = genotype::code_at(packed_row, i);
    if (task.in_use[i] == 0 || code == genotype::kMissing) continue;
    rows.push_back(static_cast<Index>(i));
    counts.push_back(genotype::kA1Count[code]);
  }
  const auto n = static_cast<Index>(rows.size());
  MatrixXd x(n, task.covariates.cols() + 2);
  x.col(0).setOnes();
  x.middleCols(1, task.covariates.cols()) = task.covariates(rows, Eigen::all);
  x.rightCols(1) = Eigen::Map<const VectorXd>(counts.data(), n);
  // Covariates far from 0 or of another magnitude would cost digits; the effect of the variant
  // does not change when they are standardised.
  for (Index c = 1; c + 1 < x.cols(); ++c) {
    x.col(c).array() -= x.col(c).mean();
    const double size = x.col(c).norm();
    if (size > 0) x.col(c) *= std::sqrt(static_cast<double>(n)) / size;
  }
  const Eigen::Map<const VectorXd> values(task.outcome.values.data(),
                                          static_cast<Index>(task.outcome.values.size()));
  const VectorXd y = values(rows);
  if (task.outcome.kind == cohort::OutcomeKind::kContinuous) return fit_linear_effect(x, y);
  const Effect plain = fit_logistic_effect(x, y);
  return plain.kind == FitKind::kNone ? fit_firth_effect(x, y) : plain;
}

}  // namespace gcrisk::select
