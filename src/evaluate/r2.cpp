// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  double sum = 0;
  for (std::size_t i = 0; i < people.size(); ++i) sum += weights[i] * people.truth[i];
  const double mean = ratio(sum, total(weights));
  double errors = 0;
  double spread = 0;
  for (std::size_t i = 0; i < people.size(); ++i) {
    errors += weights[i] * (people.truth[i] - people.rank[i]) * (people.truth[i] - people.rank[i]);
    spread += weights[i] * (people.truth[i] - mean) * (people.truth[i] - mean);
  }
  return 1 - ratio(errors, spread);
}

}  // namespace

const MetricEntry& r2_entry() {
  static const MetricEntry kEntry{
      .name = "r2",
      .title = "R squared",
      .meaning =
          "1 - squared errors / squared distances from the mean: the share of the "
          "variance that is explained. Below 0: worse than the mean of these people.",
      .outcomes = {cohort::OutcomeKind::kContinuous},
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
