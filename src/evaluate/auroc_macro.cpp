// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double class_area(const Scored& people, Weights weights, std::size_t c) {
  const auto column = people.class_risk.col(static_cast<Eigen::Index>(c));
  std::vector<std::size_t> order(people.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return column[static_cast<Eigen::Index>(a)] < column[static_cast<Eigen::Index>(b)];
  });
  std::vector<double> truth;
  std::vector<double> rank;
  std::vector<double> sorted_weights;
  for (const std::size_t i : order) {
    truth.push_back(people.truth[i] == static_cast<double>(c) ? 1.0 : 0.0);
    rank.push_back(column[static_cast<Eigen::Index>(i)]);
    sorted_weights.push_back(weights[i]);
  }
  return area_under_roc(truth, rank, sorted_weights);
}

double value(const Scored& people, Weights weights) {
  double sum = 0;
  double n = 0;
  for (std::size_t c = 0; c < people.n_classes(); ++c) {
    const auto area = class_area(people, weights, c);
    if (std::isnan(area)) continue;
    sum += area;
    ++n;
  }
  return ratio(sum, n);
}

}  // namespace

const MetricEntry& auroc_macro_entry() {
  static const MetricEntry kEntry{
      .name = "auroc-macro",
      .title = "AUROC, mean of classes",
      .meaning = "Mean of the areas of each class against the rest, over classes that occur.",
      .outcomes = {cohort::OutcomeKind::kMulticlass},
      .needs_risk = true,
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
