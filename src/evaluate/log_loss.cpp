// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  constexpr double kEdge = std::numeric_limits<double>::epsilon();
  double sum = 0;
  for (std::size_t i = 0; i < people.size(); ++i) {
    double risk = 0;
    if (people.kind == cohort::OutcomeKind::kBinary) {
      risk = people.truth[i] == 1 ? people.risk[i] : 1 - people.risk[i];
    } else {
      risk = people.class_risk(static_cast<Eigen::Index>(i),
                               static_cast<Eigen::Index>(people.truth[i]));
    }
    sum -= weights[i] * std::log(std::clamp(risk, kEdge, 1 - kEdge));
  }
  return ratio(sum, total(weights));
}

}  // namespace

const MetricEntry& log_loss_entry() {
  static const MetricEntry kEntry{
      .name = "log-loss",
      .title = "Log loss",
      .meaning =
          "Mean of -log(risk of what happened). Risks of 0 and 1 are moved by 2.2e-16, as "
          "scikit-learn does.",
      .outcomes = {cohort::OutcomeKind::kBinary, cohort::OutcomeKind::kMulticlass},
      .needs_risk = true,
      .higher_is_better = false,
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
