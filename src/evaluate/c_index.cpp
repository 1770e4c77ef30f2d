// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  // From the longest time down: a binary indexed tree over ranks holds who is still without event.
  std::vector<std::size_t> position(people.size());
  std::size_t n_ranks = 0;
  for (std::size_t i = 0; i < people.size(); ++i) {
    if (i == 0 || people.rank[i] != people.rank[i - 1]) ++n_ranks;
    position[i] = n_ranks;  // from 1
  }
  std::vector<double> tree(n_ranks + 1, 0.0);
  const auto add = [&](std::size_t at, double weight) {
    for (; at <= n_ranks; at += at & (~at + 1)) tree[at] += weight;
  };
  const auto below_or_at = [&](std::size_t at) {
    double sum = 0;
    for (; at > 0; at -= at & (~at + 1)) sum += tree[at];
    return sum;
  };
  double concordant = 0;
  double comparable = 0;
  double later = 0;
  for (std::size_t end = people.size(); end > 0;) {
    // People of one time: the censored live longer than those with the event, who do not compare.
    std::size_t begin = end;
    const double time = people.time[people.by_time[end - 1]];
    while (begin > 0 && people.time[people.by_time[begin - 1]] == time) --begin;
    std::size_t first_censored = begin;
    while (first_censored < end && people.truth[people.by_time[first_censored]] == 1) {
      ++first_censored;
    }
    for (std::size_t i = first_censored; i < end; ++i) {
      add(position[people.by_time[i]], weights[people.by_time[i]]);
      later += weights[people.by_time[i]];
    }
    for (std::size_t i = begin; i < first_censored; ++i) {
      const std::size_t person = people.by_time[i];
      const double lower = below_or_at(position[person] - 1);
      const double tied = below_or_at(position[person]) - lower;
      concordant += weights[person] * (lower + tied / 2);
      comparable += weights[person] * later;
    }
    for (std::size_t i = begin; i < first_censored; ++i) {
      add(position[people.by_time[i]], weights[people.by_time[i]]);
      later += weights[people.by_time[i]];
    }
    end = begin;
  }
  return ratio(concordant, comparable);
}

}  // namespace

const MetricEntry& c_index_entry() {
  static const MetricEntry kEntry{
      .name = "c-index",
      .title = "C-index",
      .meaning =
          "Harrell's concordance: of the pairs where it is known who had the event first, "
          "the share in which that person has the higher score, tied scores counting one "
          "half (Harrell et al. 1982). Somebody censored at the time of an event is taken "
          "to have lived longer.",
      .outcomes = {cohort::OutcomeKind::kSurvival},
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
