// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/curves.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  if (people.kind == cohort::OutcomeKind::kMulticlass) {
    const Eigen::MatrixXd counts = confusion_matrix(people, weights);
    double sum = 0;
    double n = 0;
    for (Eigen::Index c = 0; c < counts.rows(); ++c) {
      const double size = counts.row(c).sum();
      if (size == 0) continue;
      sum += counts(c, c) / size;
      ++n;
    }
    return n > 1 ? sum / n : kUndefined;
  }
  const Confusion table = confusion(people, weights, people.threshold);
  return (ratio(table.tp, table.tp + table.fn) + ratio(table.tn, table.tn + table.fp)) / 2;
}

}  // namespace

const MetricEntry& balanced_accuracy_entry() {
  static const MetricEntry kEntry{
      .name = "balanced-accuracy",
      .title = "Balanced accuracy",
      .meaning =
          "Mean over classes of the share recognised: for two classes the mean of "
          "sensitivity and specificity.",
      .outcomes = {cohort::OutcomeKind::kBinary, cohort::OutcomeKind::kMulticlass},
      .uses_threshold = true,
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
