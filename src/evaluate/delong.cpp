// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/delong.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

// Mid-ranks from 1: tied values share the mean of their ranks.
std::vector<double> mid_ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return values[a] < values[b];
  });
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    const double rank = (static_cast<double>(i + end) + 1) / 2;
    for (; i < end; ++i) ranks[order[i]] = rank;
  }
  return ranks;
}

// V10 of each case: share of controls that it beats; V01 of each control: share of cases above.
struct Placements {
  std::vector<double> cases;
  std::vector<double> controls;
  double area = kUndefined;
};

Placements placements(std::span<const double> truth, std::span<const double> rank) {
  std::vector<double> cases;
  std::vector<double> controls;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    (truth[i] == 1 ? cases : controls).push_back(rank[i]);
  }
  if (cases.empty() || controls.empty()) return {};
  std::vector<double> all = cases;
  all.insert(all.end(), controls.begin(), controls.end());
  const auto joint = mid_ranks(all);
  const auto among_cases = mid_ranks(cases);
  const auto among_controls = mid_ranks(controls);
  const auto m = static_cast<double>(cases.size());
  const auto n = static_cast<double>(controls.size());

  Placements out;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    out.cases.push_back((joint[i] - among_cases[i]) / n);
  }
  for (std::size_t j = 0; j < controls.size(); ++j) {
    out.controls.push_back(1 - (joint[cases.size() + j] - among_controls[j]) / m);
  }
  out.area = std::accumulate(out.cases.begin(), out.cases.end(), 0.0) / m;
  return out;
}

double covariance(const std::vector<double>& a,
                  double mean_a,
                  const std::vector<double>& b,
                  double mean_b) {
  if (a.size() < 2) return kUndefined;
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - mean_a) * (b[i] - mean_b);
  return sum / static_cast<double>(a.size() - 1);
}

double covariance(const Placements& a, const Placements& b) {
  return covariance(a.cases, a.area, b.cases, b.area) / static_cast<double>(a.cases.size()) +
         covariance(a.controls, a.area, b.controls, b.area) /
             static_cast<double>(a.controls.size());
}

}  // namespace

Area delong_area(std::span<const double> truth, std::span<const double> rank) {
  const Placements p = placements(truth, rank);
  if (std::isnan(p.area)) return {kUndefined, kUndefined};
  return {p.area, covariance(p, p)};
}

AreaDifference delong_difference(std::span<const double> truth,
                                 std::span<const double> first,
                                 std::span<const double> second) {
  const Placements a = placements(truth, first);
  const Placements b = placements(truth, second);
  if (std::isnan(a.area)) {
    return {{kUndefined, kUndefined},
            {kUndefined, kUndefined},
            kUndefined,
            kUndefined,
            kUndefined,
            kUndefined,
            kUndefined};
  }
  AreaDifference out;
  out.first = {a.area, covariance(a, a)};
  out.second = {b.area, covariance(b, b)};
  out.covariance = covariance(a, b);
  out.difference = a.area - b.area;
  const double variance = out.first.variance + out.second.variance - 2 * out.covariance;
  out.standard_error = std::sqrt(std::max(0.0, variance));
  if (std::isnan(variance)) out.standard_error = kUndefined;
  if (out.standard_error > 0) {
    out.z = out.difference / out.standard_error;
    out.p = two_sided_p(out.z);
  } else if (out.standard_error == 0 && out.difference == 0) {
    out.z = 0;
    out.p = 1;
  } else {
    out.z = out.p = kUndefined;
  }
  return out;
}

Bounds delong_interval(const Area& area, double level) {
  if (!(area.variance > 0)) return {kUndefined, kUndefined};
  const double half = normal_quantile(level) * std::sqrt(area.variance);
  return {std::max(0.0, area.value - half), std::min(1.0, area.value + half)};
}

Bounds delong_logit_interval(const Area& area, double level) {
  if (!(area.variance > 0) || !(area.value > 0) || !(area.value < 1)) {
    return {kUndefined, kUndefined};
  }
  const double logit = std::log(area.value / (1 - area.value));
  const double half =
      normal_quantile(level) * std::sqrt(area.variance) / (area.value * (1 - area.value));
  const auto back = [](double x) { return 1 / (1 + std::exp(-x)); };
  return {back(logit - half), back(logit + half)};
}

}  // namespace gcrisk::evaluate
