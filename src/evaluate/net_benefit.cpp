// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/curves.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  return net_benefit(people, weights, people.threshold);
}

}  // namespace

const MetricEntry& net_benefit_entry() {
  static const MetricEntry kEntry{
      .name = "net-benefit",
      .title = "Net benefit",
      .meaning =
          "True positives per person less false positives per person times the odds of "
          "the threshold (Vickers and Elkin 2006). Larger than that of treating all and "
          "than 0: the model is worth using at this threshold.",
      .outcomes = {cohort::OutcomeKind::kBinary},
      .needs_risk = true,
      .uses_threshold = true,
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
