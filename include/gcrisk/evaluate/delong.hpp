// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace gcrisk::evaluate {

// Area under the ROC curve with its variance by structural components (DeLong, DeLong and
// Clarke-Pearson: Comparing the areas under two or more correlated receiver operating
// characteristic curves; Biometrics 1988), computed from mid-ranks in O(n log n) (Sun and Xu:
// Fast implementation of DeLong's algorithm; IEEE Signal Processing Letters 2014).
struct Area {
  double value;
  double variance;
};
// `truth` is 0 or 1; ranks may tie. NaN where a class is absent; the variance is NaN where a class
// has one person only.
Area delong_area(std::span<const double> truth, std::span<const double> rank);

// Two models on the same people, row by row.
struct AreaDifference {
  Area first;
  Area second;
  double covariance;
  double difference;  // first - second
  double standard_error;
  double z;
  double p;  // two-sided; 1 where the curves are identical
};
AreaDifference delong_difference(std::span<const double> truth,
                                 std::span<const double> first,
                                 std::span<const double> second);

struct Bounds {
  double low;
  double high;
};
// Symmetric on the scale of the area, cut at 0 and 1. NaN at an area of 0 or 1, where the
// variance is 0 and says nothing.
Bounds delong_interval(const Area& area, double level);
// Symmetric on the logit scale (Pepe 2003, 5.2.5): stays inside (0, 1), better near the ends.
Bounds delong_logit_interval(const Area& area, double level);

}  // namespace gcrisk::evaluate
