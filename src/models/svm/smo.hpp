// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "models/svm/kernel.hpp"

namespace gcrisk::models::svm {

// A machine with a kernel, in its dual form
//   minimise sum_st a_s a_t y_s y_t K_st / 2 + sum_s linear_s a_s,  0 <= a_s <= cost_s, y'a = 0.
// One entry s a person of a classifier (linear = -1), two a person of an amount (y = 1 and -1).
struct KernelProblem {
  std::vector<std::uint32_t> people;  // of each entry, rows of the kernel
  Eigen::VectorXd y;                  // -1 or 1
  Eigen::VectorXd cost;
  Eigen::VectorXd linear;
  double tolerance = 1e-3;  // of the optimality conditions
};

struct KernelMachine {
  Eigen::VectorXd weights;  // y_s a_s of each entry: f(x) = sum_s weights_s K(x_s, x) + b
  double b = 0;
  double dual_objective = 0;  // of the minimisation above
  long iterations = 0;
  bool converged = false;
};

// Sequential minimal optimisation: two entries a step, chosen by second-order gain.
// Cost: two kernel rows and two passes over the entries a step.
// Sources: Platt 1998 (Microsoft Research TR-98-14); Fan, Chen, Lin 2005 (J Mach Learn Res 6:1889).
KernelMachine minimise_sequentially(KernelRows& kernel,
                                    const KernelProblem& problem,
                                    const base::Context& context);

}  // namespace gcrisk::models::svm
