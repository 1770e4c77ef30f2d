// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/curves.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  const auto errors = calibration_errors(people, weights);
  if (errors.empty()) return kUndefined;

  double sum = 0;
  for (std::size_t i = 0; i < errors.size(); ++i) sum += weights[i] * errors[i];
  return ratio(sum, total(weights));
}

}  // namespace

const MetricEntry& ici_entry() {
  static const MetricEntry kEntry{
      .name = "ici",
      .title = "Integrated calibration index",
      .meaning =
          "Mean distance between the risk and the smoothed observed share (Austin and "
          "Steyerberg 2019; smoothed by a restricted cubic spline of the logit with four "
          "knots). 0 is perfect.",
      .outcomes = {cohort::OutcomeKind::kBinary},
      .needs_risk = true,
      .higher_is_better = false,
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
