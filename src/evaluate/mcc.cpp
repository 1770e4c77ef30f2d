// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/curves.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  const Confusion t = confusion(people, weights, people.threshold);
  const double scale = std::sqrt(t.tp + t.fp) * std::sqrt(t.tp + t.fn) * std::sqrt(t.tn + t.fp) *
                       std::sqrt(t.tn + t.fn);
  return ratio(t.tp * t.tn - t.fp * t.fn, scale);
}

}  // namespace

const MetricEntry& mcc_entry() {
  static const MetricEntry kEntry{
      .name = "mcc",
      .title = "Matthews correlation",
      .meaning =
          "Correlation of class and prediction in the 2 x 2 table (Matthews 1975). 1 is "
          "perfect, 0 is chance.",
      .outcomes = {cohort::OutcomeKind::kBinary},
      .uses_threshold = true,
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
