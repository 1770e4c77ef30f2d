// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  double expected = 0;
  for (std::size_t i = 0; i < people.size(); ++i) expected += weights[i] * people.risk[i];
  return ratio(class_totals(people, weights).cases, expected);
}

Interval interval(const Scored& people, double level) {
  const auto all = ones(people.size());
  const double observed = class_totals(people, all).cases;
  const double n = static_cast<double>(people.size());
  const double oe = value(people, all);
  if (observed == 0) return {kUndefined, kUndefined, "log-wald"};
  const double half = normal_quantile(level) * std::sqrt((1 - observed / n) / observed);
  return {oe * std::exp(-half), oe * std::exp(half), "log-wald"};
}

}  // namespace

const MetricEntry& oe_ratio_entry() {
  static const MetricEntry kEntry{
      .name = "oe-ratio",
      .title = "Observed / expected",
      .meaning =
          "Cases over the sum of risks. 1 is perfect, below 1 the risks are too high. "
          "Interval on the log scale (Debray et al. 2017).",
      .outcomes = {cohort::OutcomeKind::kBinary},
      .needs_risk = true,
      .value = value,
      .interval = interval,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
