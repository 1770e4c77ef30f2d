// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "models/linear/design.hpp"
#include "models/linear/family.hpp"

namespace gcrisk::models::linear {

// The penalty at one point of a path:
//   lambda * sum_j f_j (alpha |b_j| + (1 - alpha)/2 b_j²)
// on coefficients of the standardised columns; f_j is 0 for the intercept and for columns that
// are asked to be left alone, else 1.
struct Penalty {
  double lambda = 0;
  double alpha = 1;
};

// Minimises mean loss + penalty over a growing set of features, warm: each `solve` starts where
// the last one ended.
//
// Newton's method on the loss with the penalty as it is: the curvature matrix H = X'WX of the
// features in use is kept from earlier weights W as long as that converges (it is exact for
// amounts, and changes little from one lambda to the next), the quadratic problem is solved by
// coordinate descent on H with Newton steps on the support, gradients are always exact, and the
// step is halved until the objective falls. Each outer iteration costs two passes over the packed
// rows of the features in use; H costs one product when a feature enters. Where H is made anew,
// features that are 0 and want to stay there leave it and are only watched from then on.
// Sources: Friedman, Hastie, Tibshirani (2010) J Stat Softw 33(1), for coordinate descent along a
// path; Lee, Sun, Saunders (2014) SIAM J Optim 24(3), for Newton steps with a penalty.
class PenalisedSolver {
 public:
  PenalisedSolver(const Design& design,
                  const Family& family,
                  std::vector<std::uint8_t> penalised,
                  const base::Context& context);

  // Solves over the features of `candidates` and those in use; adds what is needed of them.
  // `tolerance` is the largest change of a coefficient of a standardised column (relative to the
  // spread of the outcome) at which it stops. False: the iterations ran out.
  bool solve(const Penalty& penalty, const Features& candidates, double tolerance);

  // Puts features into use. Their coefficients begin at 0.
  void extend(const Features& features);
  // Coefficients to begin at: one row a feature, whatever was there before is 0.
  void start_at(const Eigen::RowVectorXd& intercepts,
                const Features& features,
                const Eigen::MatrixXd& coefficients);
  // Features that left are no longer looked at: the caller names candidates anew.
  void forget_watched();

  const Features& features() const noexcept { return used_; }
  const Eigen::MatrixXd& coefficients() const noexcept { return theta_; }  // in the same order
  const Eigen::MatrixXd& eta() const noexcept { return eta_; }
  double objective(const Penalty& penalty) const;
  int iterations() const noexcept { return iterations_; }
  bool in_use(std::uint32_t feature) const { return role_[feature] == Role::kInUse; }
  // In use or watched: its optimality is seen to by `solve`.
  bool is_looked_after(std::uint32_t feature) const { return role_[feature] != Role::kOut; }
  bool is_penalised(std::uint32_t feature) const { return penalised_[feature] != 0; }

 private:
  enum class Role : std::uint8_t { kOut, kInUse, kWatched };

  bool solve_used(const Penalty& penalty, double tolerance);
  double penalty_of(const Penalty& penalty, const Eigen::MatrixXd& theta) const;
  Eigen::MatrixXd step(const Penalty& penalty, const Eigen::MatrixXd& gradient, double tolerance);
  void set_curvature_weights();
  void refresh();
  void drop_idle(const Penalty& penalty, const Eigen::MatrixXd& gradient);

  const Design& design_;
  const Family& family_;
  const base::Context& context_;
  std::vector<std::uint8_t> penalised_;  // one a feature, and the intercept
  std::vector<Role> role_;
  Features used_;
  Features watched_;  // were in use; may want to come back
  Eigen::Index n_classes_;
  Precision precision_;                   // of H: exact for amounts, approximate otherwise
  bool exact_blocks_ = true;              // H of several classes in full, or its bound
  Eigen::MatrixXd theta_;                 // used × classes
  Eigen::MatrixXd eta_;                   // people × classes
  std::vector<Eigen::VectorXd> weights_;  // of each block of H
  std::vector<Eigen::MatrixXd> blocks_;   // H, one block a pair of classes (k <= l)
  int iterations_ = 0;
};

}  // namespace gcrisk::models::linear
