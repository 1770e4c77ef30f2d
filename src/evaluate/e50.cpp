// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/curves.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  const auto errors = calibration_errors(people, weights);
  if (errors.empty()) return kUndefined;

  return weighted_quantile(errors, weights, 0.5);
}

}  // namespace

const MetricEntry& e50_entry() {
  static const MetricEntry kEntry{
      .name = "e50",
      .title = "E50",
      .meaning =
          "Median of the distance between the risk and the smoothed observed share "
          "(Harrell; Austin and Steyerberg 2019). 0 is perfect.",
      .outcomes = {cohort::OutcomeKind::kBinary},
      .needs_risk = true,
      .higher_is_better = false,
      .bootstrap = false,
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
