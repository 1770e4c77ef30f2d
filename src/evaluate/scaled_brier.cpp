// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  double sum = 0;
  for (std::size_t i = 0; i < people.size(); ++i) {
    sum += weights[i] * (people.risk[i] - people.truth[i]) * (people.risk[i] - people.truth[i]);
  }
  const ClassTotals totals = class_totals(people, weights);
  const double n = totals.cases + totals.controls;
  const double share = ratio(totals.cases, n);
  return 1 - ratio(ratio(sum, n), share * (1 - share));
}

}  // namespace

const MetricEntry& scaled_brier_entry() {
  static const MetricEntry kEntry{
      .name = "scaled-brier",
      .title = "Scaled Brier score",
      .meaning =
          "1 - Brier / Brier of giving everybody the share of cases (Steyerberg et al. "
          "2010). 1 is perfect, 0 is no better than the share.",
      .outcomes = {cohort::OutcomeKind::kBinary},
      .needs_risk = true,
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
