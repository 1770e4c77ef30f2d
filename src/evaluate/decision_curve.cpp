// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/curves.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

double net_benefit(const Scored& people, Weights weights, double threshold) {
  if (!(threshold >= 0) || !(threshold < 1)) return kUndefined;
  const Confusion table = confusion(people, weights, threshold);
  return ratio(table.tp - table.fp * threshold / (1 - threshold), total(weights));
}

std::vector<DecisionPoint> decision_curve(const Scored& people) {
  std::vector<DecisionPoint> curve;
  const auto all = ones(people.size());
  const ClassTotals totals = class_totals(people, all);
  if (people.size() == 0) return curve;
  const double share = totals.cases / (totals.cases + totals.controls);
  for (int percent = 1; percent < 100; ++percent) {
    const double threshold = percent / 100.0;
    const double model = net_benefit(people, all, threshold);
    const double treat_all = share - (1 - share) * threshold / (1 - threshold);
    curve.push_back({threshold, model, treat_all, 0, ratio(model, share)});
  }
  return curve;
}

}  // namespace gcrisk::evaluate
