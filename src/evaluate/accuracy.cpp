// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/curves.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double correct(const Scored& people, Weights weights) {
  if (people.kind == cohort::OutcomeKind::kMulticlass) {
    return confusion_matrix(people, weights).trace();
  }
  const Confusion table = confusion(people, weights, people.threshold);
  return table.tp + table.tn;
}

double value(const Scored& people, Weights weights) {
  return ratio(correct(people, weights), total(weights));
}

Interval interval(const Scored& people, double level) {
  const double hits = correct(people, ones(people.size()));
  return wilson_interval(hits, static_cast<double>(people.size()), level);
}

}  // namespace

const MetricEntry& accuracy_entry() {
  static const MetricEntry kEntry{
      .name = "accuracy",
      .title = "Accuracy",
      .meaning = "Share of people who are put into their true class.",
      .outcomes = {cohort::OutcomeKind::kBinary, cohort::OutcomeKind::kMulticlass},
      .uses_threshold = true,
      .value = value,
      .interval = interval,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
