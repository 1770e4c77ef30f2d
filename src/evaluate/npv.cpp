// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/curves.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  const Confusion table = confusion(people, weights, people.threshold);
  return ratio(table.tn, table.tn + table.fn);
}

Interval interval(const Scored& people, double level) {
  const Confusion table = confusion(people, ones(people.size()), people.threshold);
  return wilson_interval(table.tn, table.tn + table.fn, level);
}

}  // namespace

const MetricEntry& npv_entry() {
  static const MetricEntry kEntry{
      .name = "npv",
      .title = "Negative predictive value",
      .meaning =
          "Share of controls among those below the threshold. Depends on the share of "
          "cases in the data.",
      .outcomes = {cohort::OutcomeKind::kBinary},
      .uses_threshold = true,
      .value = value,
      .interval = interval,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
