// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  const Eigen::MatrixXd counts = confusion_matrix(people, weights);
  double sum = 0;
  double n = 0;
  for (Eigen::Index c = 0; c < counts.rows(); ++c) {
    const double in_truth = counts.row(c).sum();
    if (in_truth == 0) continue;
    sum += 2 * counts(c, c) / (in_truth + counts.col(c).sum());
    ++n;
  }
  return ratio(sum, n);
}

}  // namespace

const MetricEntry& f1_macro_entry() {
  static const MetricEntry kEntry{
      .name = "f1-macro",
      .title = "F1, mean of classes",
      .meaning = "Mean of the F1 of each class against the rest, over classes that occur.",
      .outcomes = {cohort::OutcomeKind::kMulticlass},
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
