// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  return weighted_correlation(
      weighted_mid_ranks(people.rank, weights), weighted_mid_ranks(people.truth, weights), weights);
}

}  // namespace

const MetricEntry& spearman_entry() {
  static const MetricEntry kEntry{
      .name = "spearman",
      .title = "Spearman correlation",
      .meaning =
          "Correlation of the ranks of prediction and value, ties sharing their mean "
          "rank.",
      .outcomes = {cohort::OutcomeKind::kContinuous},
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
