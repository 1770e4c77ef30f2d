// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "models/linear/design.hpp"
#include "models/linear/family.hpp"

namespace gcrisk::models::linear {

// A regression without penalty, and how sure it is. Of several classes the first is the reference:
// theta has one column for each of the others, and a parameter (feature s, column k) has the index
// k * features + s in the covariance.
struct LikelihoodFit {
  Features features;           // the intercept first
  Eigen::MatrixXd theta;       // on the standardised columns
  Eigen::MatrixXd covariance;  // inverse of the information
  double log_likelihood = 0;   // Firth: with its penalty, log |I| / 2
  double residual_sd = 0;      // of an amount
  bool converged = false;
  bool separated = false;
  int iterations = 0;
};

// A column that is a sum of others: it says nothing new and gets no coefficient.
struct Collinear {
  std::uint32_t feature = 0;
  Features sum_of;  // empty: constant
};

// The features (intercept first) whose columns are independent, earlier ones winning; the others
// go to `dropped`. Cost: one product X'WX.
Features independent_features(const Design& design,
                              const Family& family,
                              const Features& features,
                              std::vector<Collinear>& dropped,
                              const base::Context& context);

// Newton's method to a step of 1e-10. Where cases and controls can be separated there is no
// maximum: the fit then ends with `separated`.
// `start`: theta to begin with, or empty.
LikelihoodFit maximise_likelihood(const Design& design,
                                  const Family& family,
                                  const Features& features,
                                  const Eigen::MatrixXd& start,
                                  const base::Context& context);

// Firth's penalised likelihood for a case/control outcome: log L + log |I| / 2, finite under
// separation and less biased in small samples.
// `held`: the position of a feature whose coefficient is kept at 0 while |I| stays that of all
// features, for tests; -1: none.
// Source: Firth (1993) Biometrika 80; Heinze, Schemper (2002) Stat Med 21.
LikelihoodFit maximise_firth(const Design& design,
                             const Family& family,
                             const Features& features,
                             Eigen::Index held,
                             const base::Context& context);

// P of the likelihood-ratio test of each feature but the intercept (NaN there), from fits without
// it: chi-square with a degree of freedom a column of theta. For classes and cases only: the
// t-test of an amount is exact already.
std::vector<double> likelihood_ratio_p(const Design& design,
                                       const Family& family,
                                       const LikelihoodFit& fit,
                                       bool firth,
                                       const base::Context& context);

}  // namespace gcrisk::models::linear
