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
  double tolerance = 1e-4;
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
class PathFitter {
 public:
  // All arguments but `penalised` and `options` must outlive the fitter.
  PathFitter(const Design& design,
             const Family& family,
             const std::vector<std::uint8_t>& penalised,
             PathOptions options,
             const base::Context& context);

  // Goes on until the first `n` lambdas are solved, or the path has ended. Going on in several
  // steps may check other lambdas together than one step would; solutions are the same within
  // the tolerance.
  void advance_to(std::size_t n);
  // True once all lambdas are solved or the path ended early (options.stop_early, or too many
  // features in use).
  bool ended() const noexcept { return ended_ || path_.size() == options_.lambdas.size(); }
  const std::vector<PathPoint>& path() const noexcept { return path_; }

 private:
  Features candidates_for(std::size_t last, std::size_t& end) const;
  void solve_batch(std::size_t last);

  const Design& design_;
  const Family& family_;
  const base::Context& context_;
  PathOptions options_;
  std::vector<std::uint8_t> penalised_;
  PenalisedSolver solver_;
  double null_loss_;
  Eigen::VectorXd slope_;  // |x'r| of each feature at the last lambda, largest over classes
  double lambda_now_ = 0;
  std::vector<PathPoint> path_;
  bool ended_ = false;
};

// A point of a path solved again to 1e-10, over all features.
PathPoint polish(const Design& design,
                 const Family& family,
                 const std::vector<std::uint8_t>& penalised,
                 double alpha,
                 const PathPoint& point,
                 const base::Context& context);

}  // namespace gcrisk::models::linear
