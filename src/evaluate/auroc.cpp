// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/delong.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  return area_under_roc(people.truth, people.rank, weights);
}

Interval interval(const Scored& people, double level) {
  const Bounds bounds = delong_interval(delong_area(people.truth, people.rank), level);
  return {bounds.low, bounds.high, "delong"};
}

}  // namespace

const MetricEntry& auroc_entry() {
  static const MetricEntry kEntry{
      .name = "auroc",
      .title = "AUROC",
      .meaning =
          "Chance that a case has a higher risk than a control, ties counting one half: "
          "area under the ROC curve. Interval by DeLong et al. 1988.",
      .outcomes = {cohort::OutcomeKind::kBinary},
      .value = value,
      .interval = interval,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
