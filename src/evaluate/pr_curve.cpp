// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/curves.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

std::vector<PrPoint> pr_curve(const Scored& people) {
  const double cases = class_totals(people, ones(people.size())).cases;
  std::vector<PrPoint> curve;
  if (cases == 0) return curve;
  double tp = 0;
  double flagged = 0;
  for (std::size_t end = people.size(); end > 0;) {
    const double threshold = people.rank[end - 1];
    for (; end > 0 && people.rank[end - 1] == threshold; --end) {
      if (people.truth[end - 1] == 1) ++tp;
      ++flagged;
    }
    curve.push_back({threshold, tp / cases, tp / flagged});
  }
  return curve;
}

}  // namespace gcrisk::evaluate
