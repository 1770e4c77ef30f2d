// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  struct Pair {
    double risk;
    double truth;
    double weight;
  };
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < people.size(); ++i) {
    for (std::size_t c = 0; c < people.n_classes(); ++c) {
      pairs.push_back(
          {people.class_risk(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c)),
           people.truth[i] == static_cast<double>(c) ? 1.0 : 0.0,
           weights[i]});
    }
  }
  std::stable_sort(
      pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.risk < b.risk; });
  std::vector<double> truth;
  std::vector<double> rank;
  std::vector<double> sorted_weights;
  for (const Pair& pair : pairs) {
    truth.push_back(pair.truth);
    rank.push_back(pair.risk);
    sorted_weights.push_back(pair.weight);
  }
  return area_under_roc(truth, rank, sorted_weights);
}

}  // namespace

const MetricEntry& auroc_micro_entry() {
  static const MetricEntry kEntry{
      .name = "auroc-micro",
      .title = "AUROC, all classes pooled",
      .meaning =
          "Area over all pairs of person and class, where the risk of the true class "
          "counts as a case and the other risks as controls.",
      .outcomes = {cohort::OutcomeKind::kMulticlass},
      .needs_risk = true,
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
