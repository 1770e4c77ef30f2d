// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double squared_error(const Scored& people, std::size_t i) {
  if (people.kind == cohort::OutcomeKind::kBinary) {
    return (people.risk[i] - people.truth[i]) * (people.risk[i] - people.truth[i]);
  }
  double sum = 0;
  for (std::size_t c = 0; c < people.n_classes(); ++c) {
    const double truth = people.truth[i] == static_cast<double>(c) ? 1.0 : 0.0;
    const double error =
        people.class_risk(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c)) - truth;
    sum += error * error;
  }
  return sum;
}

double value(const Scored& people, Weights weights) {
  double sum = 0;
  for (std::size_t i = 0; i < people.size(); ++i) sum += weights[i] * squared_error(people, i);
  return ratio(sum, total(weights));
}

}  // namespace

const MetricEntry& brier_entry() {
  static const MetricEntry kEntry{
      .name = "brier",
      .title = "Brier score",
      .meaning =
          "Mean squared difference between risk and outcome (Brier 1950); for several "
          "classes summed over them. 0 is perfect.",
      .outcomes = {cohort::OutcomeKind::kBinary, cohort::OutcomeKind::kMulticlass},
      .needs_risk = true,
      .higher_is_better = false,
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
