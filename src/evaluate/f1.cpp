// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/curves.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  const Confusion table = confusion(people, weights, people.threshold);
  if (table.tp + table.fn == 0) return kUndefined;
  return ratio(2 * table.tp, 2 * table.tp + table.fp + table.fn);
}

}  // namespace

const MetricEntry& f1_entry() {
  static const MetricEntry kEntry{
      .name = "f1",
      .title = "F1",
      .meaning = "Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN).",
      .outcomes = {cohort::OutcomeKind::kBinary},
      .uses_threshold = true,
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
