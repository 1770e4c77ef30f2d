// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/linear/family.hpp"

#include <algorithm>
#include <cmath>

#include "gcrisk/base/error.hpp"

namespace gcrisk::models::linear {

namespace {

using cohort::OutcomeKind;
using Eigen::Index;

double logistic(double eta) {
  if (eta >= 0) return 1 / (1 + std::exp(-eta));
  const double e = std::exp(eta);
  return e / (1 + e);
}

// log(1 + exp(eta)) without overflow.
double softplus(double eta) { return std::max(eta, 0.0) + std::log1p(std::exp(-std::abs(eta))); }

}  // namespace

Eigen::MatrixXd probabilities(const Eigen::MatrixXd& eta) {
  if (eta.cols() == 1) return eta.unaryExpr(&logistic);
  Eigen::MatrixXd p = (eta.colwise() - eta.rowwise().maxCoeff()).array().exp();
  const Eigen::VectorXd total = p.rowwise().sum();
  for (Index k = 0; k < p.cols(); ++k) p.col(k).array() /= total.array();
  return p;
}

Family::Family(const cohort::Outcome& outcome,
               const Eigen::VectorXd& w,
               const std::vector<std::int32_t>& strata)
    : kind_(outcome.kind), w_(w) {
  const auto n = static_cast<Index>(outcome.size());
  if (w_.size() == 0) w_ = Eigen::VectorXd::Ones(n);
  w_ /= w_.sum();
  if (kind_ == OutcomeKind::kMulticlass) {
    y_ = Eigen::MatrixXd::Zero(n, static_cast<Index>(outcome.n_classes()));
    for (Index i = 0; i < n; ++i) {
      y_(i, static_cast<Index>(outcome.values[static_cast<std::size_t>(i)])) = 1;
    }
  } else {
    y_ = Eigen::Map<const Eigen::VectorXd>(outcome.values.data(), n);
  }
  if (kind_ == OutcomeKind::kSurvival) {
    partial_ = PartialLikelihood(outcome, strata);
    return;
  }
  for (Index k = 0; k < y_.cols(); ++k) {
    const auto column = y_.col(k);
    if (n > 0 && column.maxCoeff() > column.minCoeff()) continue;
    if (kind_ == OutcomeKind::kContinuous) {
      throw base::DegenerateError("outcome '" + outcome.name +
                                  "' is the same for everybody in the training set");
    }
    const bool present = n > 0 && column.minCoeff() > 0;
    if (kind_ == OutcomeKind::kMulticlass) {
      const std::string level = outcome.levels[static_cast<std::size_t>(k)];
      throw base::DegenerateError("outcome '" + outcome.name + "': class '" + level +
                                      (present ? "' is the only one" : "' does not occur") +
                                      " in the training set",
                                  "leave the class out, or split the study again (--stratify)");
    }
    throw base::DegenerateError("outcome '" + outcome.name + "' has only " +
                                    (present ? "cases" : "controls") + " in the training set",
                                "check --keep and the split; both classes are needed");
  }
  if (kind_ == OutcomeKind::kContinuous) {
    const double mean = w_.dot(y_.col(0));
    scale_ = std::sqrt(w_.dot((y_.col(0).array() - mean).square().matrix()));
  }
}

double Family::mean_loss(const Eigen::MatrixXd& eta) const {
  double sum = 0;
  const Index n = y_.rows();
  if (kind_ == OutcomeKind::kSurvival) {
    return -partial_.log_likelihood(eta.col(0)) / static_cast<double>(n);
  }
  if (kind_ == OutcomeKind::kContinuous) {
    for (Index i = 0; i < n; ++i) sum += 0.5 * w_(i) * (y_(i) - eta(i)) * (y_(i) - eta(i));
  } else if (kind_ == OutcomeKind::kBinary) {
    for (Index i = 0; i < n; ++i) sum += w_(i) * (softplus(eta(i)) - y_(i) * eta(i));
  } else {
    for (Index i = 0; i < n; ++i) {
      const double top = eta.row(i).maxCoeff();
      const double log_total = top + std::log((eta.row(i).array() - top).exp().sum());
      sum += w_(i) * (log_total - y_.row(i).dot(eta.row(i)));
    }
  }
  return sum;
}

Eigen::MatrixXd Family::residuals(const Eigen::MatrixXd& eta) const {
  if (kind_ == OutcomeKind::kSurvival) {
    return partial_.residuals(eta.col(0)) / static_cast<double>(y_.rows());
  }
  Eigen::MatrixXd r = kind_ == OutcomeKind::kContinuous ? Eigen::MatrixXd(y_ - eta)
                                                        : Eigen::MatrixXd(y_ - probabilities(eta));
  for (Index k = 0; k < r.cols(); ++k) r.col(k).array() *= w_.array();
  return r;
}

Eigen::VectorXd Family::curvature(const Eigen::MatrixXd& eta, Index k, Index l) const {
  if (kind_ == OutcomeKind::kContinuous) return w_;
  if (kind_ == OutcomeKind::kSurvival) {
    return partial_.curvature_bound(eta.col(0)) / static_cast<double>(y_.rows());
  }
  const Eigen::MatrixXd p = probabilities(eta);
  if (k == l) return w_.array() * p.col(k).array() * (1 - p.col(k).array());
  return -w_.array() * p.col(k).array() * p.col(l).array();
}

Eigen::RowVectorXd Family::null_intercepts() const {
  if (kind_ == OutcomeKind::kSurvival) return Eigen::RowVectorXd::Zero(1);
  Eigen::RowVectorXd mean = w_.transpose() * y_;
  if (kind_ == OutcomeKind::kContinuous) return mean;
  if (kind_ == OutcomeKind::kBinary) {
    mean(0) = std::log(mean(0) / (1 - mean(0)));
    return mean;
  }
  const Eigen::RowVectorXd logs = mean.array().log();
  return logs.array() - logs.mean();
}

}  // namespace gcrisk::models::linear
