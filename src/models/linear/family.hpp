// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include "gcrisk/cohort/outcome.hpp"
#include "models/linear/partial_likelihood.hpp"

namespace gcrisk::models::linear {

// How an outcome depends on the linear predictors eta (one row a person, one column, or one a
// class): y = eta + error, P(case) = 1 / (1 + exp(-eta)), or P(class k) = exp(eta_k) / sum exp.
// The loss of a person is (y - eta)²/2, or minus the log of the probability of what was seen;
// that of a cohort is the mean under the weights w, which add to 1. Of times to an event the loss
// is minus Cox's partial log likelihood over the people; eta is then known up to a constant, and
// the intercept stays where it began.
class Family {
 public:
  // `w` empty: equal weights. DegenerateError where the outcome has one value or class only.
  // `strata` of a time to an event: one a person, or empty.
  Family(const cohort::Outcome& outcome,
         const Eigen::VectorXd& w,
         const std::vector<std::int32_t>& strata = {});

  cohort::OutcomeKind kind() const noexcept { return kind_; }
  Eigen::Index n_samples() const noexcept { return y_.rows(); }
  Eigen::Index n_columns() const noexcept { return y_.cols(); }
  const Eigen::VectorXd& weights() const noexcept { return w_; }
  const Eigen::MatrixXd& y() const noexcept { return y_; }

  double mean_loss(const Eigen::MatrixXd& eta) const;
  // Minus the derivative of the mean loss: w (y - mu).
  Eigen::MatrixXd residuals(const Eigen::MatrixXd& eta) const;
  // Second derivative by columns k and l of eta, one value a person; of times a bound above it.
  Eigen::VectorXd curvature(const Eigen::MatrixXd& eta, Eigen::Index k, Eigen::Index l) const;
  const PartialLikelihood& partial() const noexcept { return partial_; }
  // The best intercepts without any feature, as a row; of several classes they add to 0.
  Eigen::RowVectorXd null_intercepts() const;
  // How far apart outcomes are: what tolerances are relative to. 1 except for amounts.
  double scale() const noexcept { return scale_; }

 private:
  cohort::OutcomeKind kind_;
  Eigen::MatrixXd y_;  // value, or 0/1 a class
  Eigen::VectorXd w_;
  double scale_ = 1;
  PartialLikelihood partial_;  // kSurvival
};

// Probabilities from linear predictors: one column (logistic), or one a class (softmax).
Eigen::MatrixXd probabilities(const Eigen::MatrixXd& eta);

}  // namespace gcrisk::models::linear
