// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "gcrisk/evaluate/curves.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

std::vector<RocPoint> roc_curve(const Scored& people) {
  const ClassTotals totals = class_totals(people, ones(people.size()));
  std::vector<RocPoint> curve;
  if (totals.cases == 0 || totals.controls == 0) return curve;
  curve.push_back({std::numeric_limits<double>::infinity(), 0, 1});
  double tp = 0;
  double fp = 0;
  for (std::size_t end = people.size(); end > 0;) {
    const double threshold = people.rank[end - 1];
    for (; end > 0 && people.rank[end - 1] == threshold; --end) {
      (people.truth[end - 1] == 1 ? tp : fp) += 1;
    }
    curve.push_back({threshold, tp / totals.cases, 1 - fp / totals.controls});
  }
  return curve;
}

std::vector<double> roc_on_grid(const Scored& people, Weights weights, std::size_t n) {
  std::vector<double> out(n, kUndefined);
  const ClassTotals totals = class_totals(people, weights);
  if (totals.cases == 0 || totals.controls == 0) return out;
  double tp = 0;
  double fp = 0;
  std::size_t at = 0;
  double last_x = 0;
  double last_y = 0;
  for (std::size_t end = people.size(); end > 0 && at < n;) {
    const double threshold = people.rank[end - 1];
    for (; end > 0 && people.rank[end - 1] == threshold; --end) {
      (people.truth[end - 1] == 1 ? tp : fp) += weights[end - 1];
    }
    const double x = fp / totals.controls;
    const double y = tp / totals.cases;
    for (; at < n; ++at) {
      const double wanted = static_cast<double>(at) / static_cast<double>(n - 1);
      if (wanted > x + 1e-12) break;
      // On a vertical piece the upper end counts, which comes with a later threshold.
      if (x - last_x <= 0 || wanted >= x - 1e-12) {
        out[at] = y;
        if (wanted >= x - 1e-12) break;
      } else {
        out[at] = last_y + (y - last_y) * (wanted - last_x) / (x - last_x);
      }
    }
    last_x = x;
    last_y = y;
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (std::isnan(out[i])) out[i] = 1;
  }
  return out;
}

}  // namespace gcrisk::evaluate
