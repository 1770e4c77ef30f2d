// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/curves.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  const Confusion table = confusion(people, weights, people.threshold);
  return ratio(table.tp, table.tp + table.fn);
}

Interval interval(const Scored& people, double level) {
  const Confusion table = confusion(people, ones(people.size()), people.threshold);
  return wilson_interval(table.tp, table.tp + table.fn, level);
}

}  // namespace

const MetricEntry& recall_entry() {
  static const MetricEntry kEntry{
      .name = "recall",
      .title = "Recall (sensitivity)",
      .meaning = "Share of cases at or above the threshold.",
      .outcomes = {cohort::OutcomeKind::kBinary},
      .uses_threshold = true,
      .value = value,
      .interval = interval,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
