// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/parameters.hpp"
#include "gcrisk/cohort/dataset.hpp"
#include "models/linear/choose_lambda.hpp"
#include "models/linear/coefficients.hpp"
#include "models/linear/likelihood.hpp"

namespace gcrisk::models::linear {

// What `train lr` was asked for, read and checked once.
struct RegressionOptions {
  std::vector<double> lambdas;  // empty: a sequence from the data
  double alpha = 0.5;
  std::size_t n_lambda = 100;
  std::optional<double> min_ratio;
  std::string lambda_by = "cv";  // cv, validation, last
  bool one_se = false;
  std::size_t cv_folds = 5;
  bool cv_folds_given = false;  // as against left to its default
  std::vector<std::string> unpenalised;
  bool scale_dense = true;
  bool balanced = false;
  std::string firth = "auto";             // auto, on, off
  std::string likelihood_ratio = "auto";  // auto, on, off
  double tolerance = 1e-4;

  // UsageError on values that exclude each other.
  static RegressionOptions read(const base::Parameters& parameters);
  bool is_unpenalised() const { return lambdas.size() == 1 && lambdas.front() == 0; }
};

// One coefficient as people read it; NaN where it is not known.
struct CoefficientRow {
  std::string feature;
  std::string kind;      // intercept, variant, clinical, molecular
  std::string category;  // the class it belongs to; empty otherwise
  double beta = 0;       // per copy of A1, per unit of a column
  double standardised = 0;
  double se = 0;
  double statistic = 0;  // z, or t of an amount
  double p = 0;
  double p_lr = 0;
};

// A fitted regression and the story of its fit.
struct Regression {
  Coefficients coefficients;
  std::vector<CoefficientRow> rows;  // what is not 0, intercepts first
  double lambda = 0;
  std::string method;  // "Newton", "Firth", "elastic net"
  std::vector<PathPoint> path;
  std::optional<LambdaScores> scores;  // one a point of the path
  std::size_t chosen = 0;
  std::size_t n_constant = 0;
  std::vector<std::string> collinear;  // "b = sum of a, c"
  bool converged = true;
  int iterations = 0;
  double log_likelihood = 0;  // unpenalised fits
  double null_loss = 0;
  double mean_loss = 0;
  double residual_sd = 0;
  bool has_errors = false;  // standard errors are valid
};

// `strata` of a time to an event: one a person of `train`, or empty. Such an outcome needs a
// penalty here.
Regression fit_regression(const cohort::Dataset& train,
                          const cohort::Dataset* validation,
                          const RegressionOptions& options,
                          const base::Context& context,
                          const std::vector<std::int32_t>& strata = {});

}  // namespace gcrisk::models::linear
