// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <memory>
#include <string>
#include <vector>

#include "gcrisk/cohort/outcome.hpp"

namespace gcrisk::models::boosting {

// What boosting makes small: a sum over people of weight × loss of the score, of which it sees the
// slope and curvature. Scores are one row a person, one column a class (of many) or one column.
class Loss {
 public:
  virtual ~Loss() = default;

  // Scores that everybody starts from: the best constant, one a column.
  virtual Eigen::RowVectorXd start() const = 0;
  // First and second derivatives at `scores`, in the same shape.
  virtual void derivatives(const Eigen::MatrixXd& scores,
                           Eigen::MatrixXd& gradients,
                           Eigen::MatrixXd& hessians) = 0;
  // Mean loss a unit of weight.
  virtual double value(const Eigen::MatrixXd& scores) const = 0;
  virtual std::string name() const = 0;  // "log loss"
};

// The loss of an outcome, with one weight a person (or none: all 1).
//   binary       -log P(y), P = 1 / (1 + exp(-score))
//   multiclass   -log P(y), P = softmax of the scores; the hessian is 2 p (1 - p)
//   continuous   (y - score)² / 2
//   survival     minus the log partial likelihood (cox_loss.hpp; survival.hpp has another)
std::unique_ptr<Loss> make_loss(const cohort::Outcome& outcome, std::vector<double> weights);

}  // namespace gcrisk::models::boosting
