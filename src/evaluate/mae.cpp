// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  double sum = 0;
  for (std::size_t i = 0; i < people.size(); ++i) {
    sum += weights[i] * std::abs(people.rank[i] - people.truth[i]);
  }
  return ratio(sum, total(weights));
}

}  // namespace

const MetricEntry& mae_entry() {
  static const MetricEntry kEntry{
      .name = "mae",
      .title = "Mean absolute error",
      .meaning = "Mean distance between prediction and value, in the unit of the outcome.",
      .outcomes = {cohort::OutcomeKind::kContinuous},
      .higher_is_better = false,
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
