// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gcrisk::evaluate {

// Share still free of the event after each time at which something happened (Kaplan and Meier
// 1958), with the log(-log) interval of Greenwood's variance (Kalbfleisch and Prentice 1980).
struct SurvivalPoint {
  double time;
  double survival;
  double low;
  double high;
  std::size_t at_risk;  // just before `time`
  std::size_t events;
  std::size_t censored;
};
// Begins with (0, 1). `event` is 1 or 0. People censored at the time of an event are at risk then.
std::vector<SurvivalPoint> kaplan_meier(std::span<const double> time,
                                        std::span<const double> event,
                                        double level);
// The last value at or before `time`; 1 before the first.
double survival_at(const std::vector<SurvivalPoint>& curve, double time);
// First time at which the survival is 0.5 or less; NaN where it never is.
double median_survival(const std::vector<SurvivalPoint>& curve);

// Do groups 0 … k-1 differ in survival? Log-rank (Mantel 1966), hypergeometric variance.
struct LogRank {
  double chi_square;
  std::size_t degrees_of_freedom;
  double p;
  std::vector<double> observed;
  std::vector<double> expected;
};
// NaN where fewer than two groups have people, or there is no event.
LogRank log_rank(std::span<const double> time,
                 std::span<const double> event,
                 std::span<const std::int32_t> group);

}  // namespace gcrisk::evaluate
