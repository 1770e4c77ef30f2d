// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "gcrisk/evaluate/curves.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

Confusion confusion(const Scored& people, Weights weights, double threshold) {
  Confusion table;
  for (std::size_t i = 0; i < people.size(); ++i) {
    const bool positive = people.rank[i] >= threshold;
    if (people.truth[i] == 1) {
      (positive ? table.tp : table.fn) += weights[i];
    } else {
      (positive ? table.fp : table.tn) += weights[i];
    }
  }
  return table;
}

Proportion wilson(double successes, double n, double level) {
  if (!(n > 0)) return {kUndefined, kUndefined, kUndefined};
  const double z = normal_quantile(level);
  const double p = successes / n;
  const double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  // At 0 and n the ends are 0 and 1 exactly; rounding may leave them a hair off.
  return {p, successes == 0 ? 0 : centre - half, successes == n ? 1 : centre + half};
}

double choose_threshold(const Scored& people, ThresholdRule rule, double target) {
  if (rule == ThresholdRule::kFixed) return target;
  const auto curve = roc_curve(people);
  double chosen = kUndefined;
  double best = -1;
  constexpr double kRounding = 1e-12;
  for (std::size_t i = 1; i < curve.size(); ++i) {  // from the highest threshold down
    const RocPoint& point = curve[i];
    if (rule == ThresholdRule::kYouden) {
      const double index = point.sensitivity + point.specificity - 1;
      if (index > best + kRounding) {
        best = index;
        chosen = point.threshold;
      }
    } else if (rule == ThresholdRule::kSensitivity) {
      if (point.sensitivity >= target - kRounding) return point.threshold;
    } else if (point.specificity >= target - kRounding) {
      chosen = point.threshold;
    }
  }
  return chosen;
}

}  // namespace gcrisk::evaluate
