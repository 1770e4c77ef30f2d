// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "models/svm/kernel.hpp"
#include "models/svm/sample_rows.hpp"

namespace gcrisk::models::svm {

// A linear machine on standardised features, the intercept penalised as one more feature of ones:
//   minimise |w|²/2 + b²/2 + sum_i C_i loss(y_i, w'x_i + b)
// with the hinge max(0, 1 - y s), its square, or for amounts the distance beyond epsilon,
// max(0, |y - s| - epsilon), and its square.
struct LinearProblem {
  std::vector<std::uint32_t> people;  // rows of the SampleRows
  Eigen::VectorXd y;                  // -1 and 1, or amounts
  Eigen::VectorXd cost;               // C_i
  bool squared = false;
  bool amounts = false;
  double epsilon = 0.1;
  double tolerance = 1e-3;  // of the projected gradients
  int max_passes = 1000;
};

struct LinearMachine {
  Eigen::VectorXd w;
  double b = 0;
  double objective = 0;
  double dual_objective = 0;
  int passes = 0;
  bool converged = false;
  std::size_t n_support = 0;
};

// Coordinate descent on the dual with shrinking, one person at a time in an order from `seed`.
// `products`, of the linear kernel and whole, or null: with more features than people scores are
// kept for everybody, and only a move costs a pass over the people. Otherwise a visit costs one
// pass over a person's features, one that moves two.
// Sources: Hsieh et al. 2008 (ICML 25:408); Ho, Lin 2012 (J Mach Learn Res 13:3323), for amounts.
LinearMachine dual_descent(const SampleRows& rows,
                           KernelRows* products,
                           const LinearProblem& problem,
                           const base::Context& context);

}  // namespace gcrisk::models::svm
