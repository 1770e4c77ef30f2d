// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "glm.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

LogisticFit offset_fit(const Scored& people, Weights weights) {
  std::vector<double> offset(people.size());
  for (std::size_t i = 0; i < people.size(); ++i) offset[i] = logit(people.risk[i]);
  return fit_logistic(Eigen::MatrixXd::Ones(static_cast<Eigen::Index>(people.size()), 1),
                      people.truth,
                      weights,
                      offset);
}

double mean_error(const Scored& people, Weights weights) {
  double sum = 0;
  for (std::size_t i = 0; i < people.size(); ++i) {
    sum += weights[i] * (people.truth[i] - people.rank[i]);
  }
  return ratio(sum, total(weights));
}

double value(const Scored& people, Weights weights) {
  if (people.kind == cohort::OutcomeKind::kContinuous) return mean_error(people, weights);
  const LogisticFit fit = offset_fit(people, weights);
  return fit.converged ? fit.beta[0] : kUndefined;
}

Interval interval(const Scored& people, double level) {
  const double z = normal_quantile(level);
  if (people.kind == cohort::OutcomeKind::kContinuous) {
    const double n = static_cast<double>(people.size());
    const double mean = mean_error(people, ones(people.size()));
    double squares = 0;
    for (std::size_t i = 0; i < people.size(); ++i) {
      const double error = people.truth[i] - people.rank[i] - mean;
      squares += error * error;
    }
    const double half = z * std::sqrt(ratio(squares, n - 1) / n);
    return {mean - half, mean + half, "wald"};
  }
  const LogisticFit fit = offset_fit(people, ones(people.size()));
  if (!fit.converged) return {kUndefined, kUndefined, "wald"};
  const double half = z * std::sqrt(fit.covariance(0, 0));
  return {fit.beta[0] - half, fit.beta[0] + half, "wald"};
}

}  // namespace

const MetricEntry& calibration_intercept_entry() {
  static const MetricEntry kEntry{
      .name = "calibration-intercept",
      .title = "Calibration intercept",
      .meaning =
          "Calibration in the large: intercept a of logit P(case) = a + logit(risk), the "
          "slope fixed at 1 (an offset; Cox 1958, Steyerberg 2019). 0 is perfect, below 0 "
          "the risks are too high. Continuous outcome: mean of observed - predicted.",
      .outcomes = {cohort::OutcomeKind::kBinary, cohort::OutcomeKind::kContinuous},
      .needs_risk = true,
      .value = value,
      .interval = interval,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
