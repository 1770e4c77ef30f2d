// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  double sum = 0;
  for (std::size_t i = 0; i < people.size(); ++i) {
    sum += weights[i] * (people.rank[i] - people.truth[i]) * (people.rank[i] - people.truth[i]);
  }
  return std::sqrt(ratio(sum, total(weights)));
}

}  // namespace

const MetricEntry& rmse_entry() {
  static const MetricEntry kEntry{
      .name = "rmse",
      .title = "Root mean squared error",
      .meaning =
          "Square root of the mean squared difference between prediction and value, in "
          "the unit of the outcome.",
      .outcomes = {cohort::OutcomeKind::kContinuous},
      .higher_is_better = false,
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
