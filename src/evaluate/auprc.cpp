// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  const double cases = class_totals(people, weights).cases;
  double found = 0;
  double flagged = 0;
  double sum = 0;
  for (std::size_t end = people.size(); end > 0;) {
    std::size_t begin = end;
    double step = 0;
    for (; begin > 0 && people.rank[begin - 1] == people.rank[end - 1]; --begin) {
      flagged += weights[begin - 1];
      if (people.truth[begin - 1] == 1) step += weights[begin - 1];
    }
    found += step;
    if (flagged > 0) sum += step * found / flagged;
    end = begin;
  }
  return ratio(sum, cases);
}

}  // namespace

const MetricEntry& auprc_entry() {
  static const MetricEntry kEntry{
      .name = "auprc",
      .title = "AUPRC (average precision)",
      .meaning =
          "Precision averaged over cases, from the highest risk down: the sum of (recall "
          "step) x precision, without interpolation. A model without information has the "
          "share of cases.",
      .outcomes = {cohort::OutcomeKind::kBinary},
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
