// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/parameters.hpp"
#include "gcrisk/cohort/dataset.hpp"
#include "models/linear/design.hpp"
#include "models/svm/kernel.hpp"
#include "models/svm/platt.hpp"

namespace gcrisk::models::svm {

// What `train svm` was asked for.
struct SvmOptions {
  KernelSpec kernel;
  std::optional<double> gamma;  // without it 1 / features
  bool squared = false;
  double cost = 1;
  double epsilon = 0.1;
  bool balanced = false;
  std::size_t platt_folds = 5;
  double tolerance = 1e-3;
  int max_passes = 1000;
  bool epsilon_given = false;  // as against left to its default
  std::string idle;            // an option that was given and is of another kernel; or empty
  std::string idle_hint;

  bool is_linear() const { return kernel.name == "linear"; }
  static SvmOptions read(const base::Parameters& parameters);
};

// One machine tells one class (its margin is positive) from another.
struct Pair {
  Eigen::Index positive = 1;
  Eigen::Index negative = 0;
};

// All machines of a training set: one for two classes or an amount, one a pair of several classes.
struct Machines {
  std::vector<Pair> pairs;
  std::vector<Platt> platt;            // one a pair; empty for amounts
  Eigen::MatrixXd w;                   // linear: standardised features × machines
  std::vector<std::uint32_t> support;  // kernel: people with a weight in some machine,
  Eigen::MatrixXd weights;             // their weights × machines
  Eigen::RowVectorXd b;
  std::vector<double> objectives;  // of the primal (linear) or the dual (kernel)
  std::vector<long> iterations;
  std::vector<std::size_t> n_support;
  bool converged = true;
};

// The machines, and Platt's risks from margins of people left out in inner folds; folds keep
// groups together, and several machines are fitted at once.
Machines train_machines(const cohort::Dataset& data,
                        const linear::Design& design,
                        const SvmOptions& options,
                        const base::Context& context);

}  // namespace gcrisk::models::svm
