// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "models/linear/design.hpp"
#include "models/linear/family.hpp"
#include "models/linear/penalised.hpp"

namespace gcrisk::models::linear {

// One point of a path: the coefficients that are not 0, on the standardised columns.
struct PathPoint {
  double lambda = 0;
  double objective = 0;
  double mean_loss = 0;
  double loss_explained = 0;  // 1 - mean loss / that of the intercepts alone
  std::size_t n_nonzero = 0;  // features with a coefficient, unpenalised ones included
  bool converged = true;
  Eigen::RowVectorXd intercepts;
  Features features;
  Eigen::MatrixXd coefficients;  // features × classes
};

struct PathOptions {
  double alpha = 0.5;
  std::vector<double> lambdas;  // descending
  double tolerance = 1e-5;
  std::size_t polished = SIZE_MAX;   // the lambda that is solved to 1e-10
  bool stop_early = false;           // end where the fit no longer improves
  std::size_t most_features = 8192;  // a working set beyond this ends the path
};

// The smallest lambda at which no penalised coefficient differs from 0; for alpha below 0.001 as
// if it were 0.001, since a pure ridge never gets there.
double largest_lambda(const Design& design,
                      const Family& family,
                      const std::vector<std::uint8_t>& penalised,
                      double alpha,
                      const base::Context& context);

// n values from `largest` down to `largest * ratio`, evenly on the log scale.
std::vector<double> lambda_sequence(double largest, double ratio, std::size_t n);

// Solutions for all lambdas, each starting from the last. Which features can enter is foretold by
// the sequential strong rule (|x'r| >= alpha (2 lambda_next - lambda_now)), for several lambdas at
// a time, and checked afterwards over all packed variants, so that nothing is missed.
// Source: Tibshirani et al. (2012) J R Stat Soc B 74(2); Qian et al. (2020) PLoS Genet 16(10), for
// checking several lambdas in one pass.
std::vector<PathPoint> fit_path(const Design& design,
                                const Family& family,
                                const std::vector<std::uint8_t>& penalised,
                                const PathOptions& options,
                                const base::Context& context);

}  // namespace gcrisk::models::linear
