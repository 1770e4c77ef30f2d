// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "gcrisk/evaluate/survival.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

std::vector<SurvivalPoint> kaplan_meier(std::span<const double> time,
                                        std::span<const double> event,
                                        double level) {
  std::vector<std::size_t> order(time.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(
      order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return time[a] < time[b]; });
  const double z = normal_quantile(level);
  std::vector<SurvivalPoint> curve = {{0, 1, 1, 1, time.size(), 0, 0}};
  double survival = 1;
  double greenwood = 0;
  std::size_t at_risk = time.size();
  for (std::size_t i = 0; i < order.size();) {
    const double now = time[order[i]];
    std::size_t events = 0;
    std::size_t censored = 0;
    for (; i < order.size() && time[order[i]] == now; ++i) {
      ++(event[order[i]] == 1 ? events : censored);
    }
    const auto n = static_cast<double>(at_risk);
    const auto d = static_cast<double>(events);
    survival *= 1 - d / n;
    if (d < n) greenwood += d / (n * (n - d));  // else the curve is 0 and has no interval
    SurvivalPoint point{now, survival, 1, 1, at_risk, events, censored};
    if (survival > 0 && survival < 1) {
      const double log_survival = std::log(survival);
      const double half = z * std::sqrt(greenwood) / std::abs(log_survival);
      const double log_log = std::log(-log_survival);
      point.low = std::exp(-std::exp(log_log + half));
      point.high = std::exp(-std::exp(log_log - half));
    } else if (survival <= 0) {
      point.low = point.high = kUndefined;
    }
    curve.push_back(point);
    at_risk -= events + censored;
  }
  return curve;
}

double survival_at(const std::vector<SurvivalPoint>& curve, double time) {
  double survival = 1;
  for (const SurvivalPoint& point : curve) {
    if (point.time > time) break;
    survival = point.survival;
  }
  return survival;
}

double median_survival(const std::vector<SurvivalPoint>& curve) {
  for (const SurvivalPoint& point : curve) {
    // A product of fractions may miss one half by a rounding.
    if (point.survival <= 0.5 + 1e-12) return point.time;
  }
  return kUndefined;
}

}  // namespace gcrisk::evaluate
