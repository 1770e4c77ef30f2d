// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "survival_target.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace gcrisk::models::trees {

SurvivalTarget::SurvivalTarget(const cohort::Outcome& outcome, double horizon)
    : horizon_(horizon), times_(outcome.times), events_(outcome.values), later_(outcome.size()) {
  std::vector<double> moments;
  for (std::size_t i = 0; i < times_.size(); ++i) {
    if (events_[i] > 0) moments.push_back(times_[i]);
  }
  std::sort(moments.begin(), moments.end());
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  for (std::size_t i = 0; i < times_.size(); ++i) {
    later_[i] = static_cast<double>(moments.end() -
                                    std::lower_bound(moments.begin(), moments.end(), times_[i]));
  }
}

void SurvivalTarget::score(std::span<const std::uint32_t> rows,
                           std::span<Item> items,
                           double* values) const {
  double at_risk = 0;
  for (const Item& item : items) at_risk += item.weight;
  double hazard = 0;
  values[0] = 0;
  values[1] = 0;
  for (std::size_t begin = 0; begin < rows.size();) {
    const double time = times_[rows[begin]];
    std::size_t end = begin;
    double n_events = 0;
    double gone = 0;
    for (; end < rows.size() && times_[rows[end]] == time; ++end) {
      n_events += items[end].weight * events_[rows[end]];
      gone += items[end].weight;
    }
    const double step = n_events / at_risk;
    hazard += step;
    values[0] += step * later_[rows[begin]];
    if (time <= horizon_) values[1] += step;
    for (std::size_t i = begin; i < end; ++i) {
      items[i].weighted_value = items[i].weight * (events_[rows[i]] - hazard);
    }
    at_risk -= gone;
    begin = end;
  }
}

double concordance(std::span<const double> times,
                   std::span<const double> events,
                   std::span<const double> scores) {
  const std::size_t n = times.size();
  std::vector<double> levels(scores.begin(), scores.end());
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  std::vector<double> tree(levels.size() + 1);  // numbers of people by score, as a Fenwick tree
  const auto insert = [&](std::size_t at) {
    for (++at; at < tree.size(); at += at & (0 - at)) tree[at] += 1;
  };
  const auto below = [&](std::size_t at) {  // people with a score of one of the first `at` levels
    double sum = 0;
    for (; at > 0; at -= at & (0 - at)) sum += tree[at];
    return sum;
  };
  const auto level = [&](std::size_t i) {
    return static_cast<std::size_t>(std::lower_bound(levels.begin(), levels.end(), scores[i]) -
                                    levels.begin());
  };
  // Latest first; of the same time those without an event come before, as they outlive it.
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return times[a] != times[b] ? times[a] > times[b] : events[a] < events[b];
  });
  double pairs = 0;
  double agreeing = 0;
  double inserted = 0;
  for (std::size_t begin = 0; begin < n;) {
    std::size_t end = begin;
    const bool event = events[order[begin]] > 0;
    while (end < n && times[order[end]] == times[order[begin]] &&
           (events[order[end]] > 0) == event) {
      ++end;
    }
    for (std::size_t k = begin; event && k < end; ++k) {
      const std::size_t at = level(order[k]);
      const double lower = below(at);
      agreeing += lower + (below(at + 1) - lower) / 2;
      pairs += inserted;
    }
    for (std::size_t k = begin; k < end; ++k) insert(level(order[k]));
    inserted += static_cast<double>(end - begin);
    begin = end;
  }
  return pairs > 0 ? agreeing / pairs : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace gcrisk::models::trees
