// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "gcrisk/evaluate/metric.hpp"

// Small pieces that metrics share.
namespace gcrisk::evaluate {

inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// a / b, undefined for b = 0.
inline double ratio(double a, double b) { return b != 0 ? a / b : kUndefined; }

double total(Weights weights);

// Weighted counts of cases and controls.
struct ClassTotals {
  double cases = 0;
  double controls = 0;
};
ClassTotals class_totals(const Scored& people, Weights weights);

// The class with the largest risk, the first of equals.
std::size_t most_likely_class(const Scored& people, std::size_t person);

// counts(truth, predicted) of a multi-class outcome.
Eigen::MatrixXd confusion_matrix(const Scored& people, Weights weights);

// Quantile of the standard normal for a two-sided level: 1.96 for 0.95.
double normal_quantile(double level);
// Two-sided p of a standard normal deviate.
double two_sided_p(double z);

// AUROC and AUPRC of rows already sorted by rising rank.
double area_under_roc(std::span<const double> truth, std::span<const double> rank, Weights weights);

// A Wilson interval for the proportion of `hits` among `n`.
Interval wilson_interval(double hits, double n, double level);

double weighted_correlation(std::span<const double> x, std::span<const double> y, Weights weights);
// Mid-ranks of people who count several times each.
std::vector<double> weighted_mid_ranks(std::span<const double> values, Weights weights);
// The smallest value with at least the share `q` of the weight at or below it.
double weighted_quantile(std::span<const double> values, Weights weights, double q);

std::vector<double> ones(std::size_t n);

}  // namespace gcrisk::evaluate
