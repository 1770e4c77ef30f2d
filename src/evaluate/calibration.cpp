// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "gcrisk/evaluate/curves.hpp"
#include "glm.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

// Quantile of sorted values, type 7 of Hyndman and Fan.
double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double cube(double x) { return x > 0 ? x * x * x : 0; }

// Restricted cubic spline: linear beyond the outer knots. Columns 1, x and k - 2 curved ones,
// these scaled by the squared distance of the outer knots (Harrell, 2.4.5).
Eigen::RowVectorXd spline_row(double x, const std::vector<double>& knots) {
  const std::size_t k = knots.size();
  Eigen::RowVectorXd row(static_cast<Eigen::Index>(k < 3 ? 2 : k));
  row[0] = 1;
  row[1] = x;
  if (k < 3) return row;
  const double last = knots[k - 1];
  const double before = knots[k - 2];
  const double scale = (last - knots[0]) * (last - knots[0]);
  for (std::size_t j = 0; j + 2 < k; ++j) {
    const double curved = cube(x - knots[j]) -
                          cube(x - before) * (last - knots[j]) / (last - before) +
                          cube(x - last) * (before - knots[j]) / (last - before);
    row[static_cast<Eigen::Index>(j + 2)] = curved / scale;
  }
  return row;
}

struct Smooth {
  std::vector<double> knots;
  Eigen::MatrixXd design;
  LogisticFit fit;
};

Smooth fit_smooth(const Scored& people, Weights weights) {
  Smooth smooth;
  const std::size_t n = people.size();
  if (n < 10 || people.risk.empty()) return smooth;
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = logit(people.risk[i]);  // sorted, as risks are
  for (const double q : {0.05, 0.35, 0.65, 0.95}) {
    const double knot = quantile(x, q);
    if (smooth.knots.empty() || knot > smooth.knots.back() + 1e-8) smooth.knots.push_back(knot);
  }
  const auto columns = static_cast<Eigen::Index>(smooth.knots.size() < 3 ? 2 : smooth.knots.size());
  smooth.design.resize(static_cast<Eigen::Index>(n), columns);
  for (std::size_t i = 0; i < n; ++i) {
    smooth.design.row(static_cast<Eigen::Index>(i)) = spline_row(x[i], smooth.knots);
  }
  smooth.fit = fit_logistic(smooth.design, people.truth, weights);
  return smooth;
}

}  // namespace

std::vector<CalibrationBin> calibration_bins(const Scored& people,
                                             std::size_t n_bins,
                                             double level) {
  std::vector<CalibrationBin> bins;
  const std::size_t n = people.size();
  if (people.risk.empty()) return bins;
  std::size_t begin = 0;
  for (std::size_t b = 0; b < n_bins && begin < n; ++b) {
    std::size_t end = std::max(begin, (b + 1) * n / n_bins);
    if (end == begin) continue;
    // People of equal risk are not torn apart.
    while (end < n && people.risk[end] == people.risk[end - 1]) ++end;
    CalibrationBin bin{people.risk[begin], people.risk[end - 1], 0, end - begin, 0, 0, 0, 0};
    for (std::size_t i = begin; i < end; ++i) {
      bin.mean_risk += people.risk[i];
      if (people.truth[i] == 1) ++bin.events;
    }
    bin.mean_risk /= static_cast<double>(bin.n);
    const Proportion observed =
        wilson(static_cast<double>(bin.events), static_cast<double>(bin.n), level);
    bin.observed = observed.value;
    bin.observed_low = observed.low;
    bin.observed_high = observed.high;
    bins.push_back(bin);
    begin = end;
  }
  return bins;
}

std::vector<SmoothPoint> calibration_smooth(const Scored& people, double level) {
  std::vector<SmoothPoint> curve;
  const Smooth smooth = fit_smooth(people, ones(people.size()));
  if (!smooth.fit.converged) return curve;
  const double z = normal_quantile(level);
  const double low = quantile(people.risk, 0.01);
  const double high = quantile(people.risk, 0.99);
  constexpr int kPoints = 100;
  for (int i = 0; i < kPoints; ++i) {
    const double risk = low + (high - low) * i / (kPoints - 1);
    const Eigen::RowVectorXd row = spline_row(logit(risk), smooth.knots);
    const double eta = row.dot(smooth.fit.beta);
    const double se = std::sqrt(row.dot(smooth.fit.covariance * row.transpose()));
    curve.push_back(
        {risk, inverse_logit(eta), inverse_logit(eta - z * se), inverse_logit(eta + z * se)});
  }
  return curve;
}

std::vector<double> calibration_errors(const Scored& people, Weights weights) {
  const Smooth smooth = fit_smooth(people, weights);
  std::vector<double> errors;
  if (!smooth.fit.converged) return errors;
  errors.reserve(people.size());
  const Eigen::VectorXd eta = smooth.design * smooth.fit.beta;
  for (std::size_t i = 0; i < people.size(); ++i) {
    errors.push_back(std::abs(inverse_logit(eta[static_cast<Eigen::Index>(i)]) - people.risk[i]));
  }
  return errors;
}

}  // namespace gcrisk::evaluate
