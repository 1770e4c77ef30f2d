// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "glm.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

LogisticFit recalibration(const Scored& people, Weights weights) {
  Eigen::MatrixXd design(static_cast<Eigen::Index>(people.size()), 2);
  for (std::size_t i = 0; i < people.size(); ++i) {
    design(static_cast<Eigen::Index>(i), 0) = 1;
    design(static_cast<Eigen::Index>(i), 1) = logit(people.risk[i]);
  }
  return fit_logistic(design, people.truth, weights);
}

struct Line {
  double slope = kUndefined;
  double standard_error = kUndefined;
};

Line line(const Scored& people, Weights weights) {
  const double n = total(weights);
  double mean_x = 0;
  double mean_y = 0;
  for (std::size_t i = 0; i < people.size(); ++i) {
    mean_x += weights[i] * people.rank[i] / n;
    mean_y += weights[i] * people.truth[i] / n;
  }
  double xx = 0;
  double xy = 0;
  double yy = 0;
  for (std::size_t i = 0; i < people.size(); ++i) {
    const double dx = people.rank[i] - mean_x;
    const double dy = people.truth[i] - mean_y;
    xx += weights[i] * dx * dx;
    xy += weights[i] * dx * dy;
    yy += weights[i] * dy * dy;
  }
  const double slope = ratio(xy, xx);
  const double rest = std::max(0.0, yy - slope * xy);
  return {slope, n > 2 ? std::sqrt(ratio(rest / (n - 2), xx)) : kUndefined};
}

double value(const Scored& people, Weights weights) {
  if (people.kind == cohort::OutcomeKind::kContinuous) return line(people, weights).slope;
  const LogisticFit fit = recalibration(people, weights);
  return fit.converged ? fit.beta[1] : kUndefined;
}

Interval interval(const Scored& people, double level) {
  const double z = normal_quantile(level);
  if (people.kind == cohort::OutcomeKind::kContinuous) {
    const Line fit = line(people, ones(people.size()));
    return {fit.slope - z * fit.standard_error, fit.slope + z * fit.standard_error, "wald"};
  }
  const LogisticFit fit = recalibration(people, ones(people.size()));
  if (!fit.converged) return {kUndefined, kUndefined, "wald"};
  const double half = z * std::sqrt(fit.covariance(1, 1));
  return {fit.beta[1] - half, fit.beta[1] + half, "wald"};
}

}  // namespace

const MetricEntry& calibration_slope_entry() {
  static const MetricEntry kEntry{
      .name = "calibration-slope",
      .title = "Calibration slope",
      .meaning =
          "Slope b of logit P(case) = a + b logit(risk) (Cox 1958). 1 is perfect; below 1 "
          "the risks are too extreme, the sign of an overfitted model. Continuous "
          "outcome: slope of observed on predicted.",
      .outcomes = {cohort::OutcomeKind::kBinary, cohort::OutcomeKind::kContinuous},
      .needs_risk = true,
      .value = value,
      .interval = interval,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
