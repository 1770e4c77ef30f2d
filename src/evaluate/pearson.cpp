// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  return weighted_correlation(people.rank, people.truth, weights);
}

Interval interval(const Scored& people, double level) {
  const double r = value(people, ones(people.size()));
  const double n = static_cast<double>(people.size());
  if (!(n > 3) || !(std::abs(r) < 1)) return {kUndefined, kUndefined, "fisher-z"};
  const double half = normal_quantile(level) / std::sqrt(n - 3);
  return {std::tanh(std::atanh(r) - half), std::tanh(std::atanh(r) + half), "fisher-z"};
}

}  // namespace

const MetricEntry& pearson_entry() {
  static const MetricEntry kEntry{
      .name = "pearson",
      .title = "Pearson correlation",
      .meaning = "Linear correlation of prediction and value. Interval by Fisher's z.",
      .outcomes = {cohort::OutcomeKind::kContinuous},
      .value = value,
      .interval = interval,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
