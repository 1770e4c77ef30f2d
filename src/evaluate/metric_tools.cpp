// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "metric_tools.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <numeric>

#include "gcrisk/evaluate/curves.hpp"

namespace gcrisk::evaluate {

double total(Weights weights) { return std::accumulate(weights.begin(), weights.end(), 0.0); }

ClassTotals class_totals(const Scored& people, Weights weights) {
  ClassTotals totals;
  for (std::size_t i = 0; i < people.size(); ++i) {
    (people.truth[i] == 1 ? totals.cases : totals.controls) += weights[i];
  }
  return totals;
}

std::size_t most_likely_class(const Scored& people, std::size_t person) {
  Eigen::Index best = 0;
  people.class_risk.row(static_cast<Eigen::Index>(person)).maxCoeff(&best);
  return static_cast<std::size_t>(best);
}

Eigen::MatrixXd confusion_matrix(const Scored& people, Weights weights) {
  Eigen::MatrixXd counts =
      Eigen::MatrixXd::Zero(people.class_risk.cols(), people.class_risk.cols());
  for (std::size_t i = 0; i < people.size(); ++i) {
    counts(static_cast<Eigen::Index>(people.truth[i]),
           static_cast<Eigen::Index>(most_likely_class(people, i))) += weights[i];
  }
  return counts;
}

double normal_quantile(double level) {
  return boost::math::quantile(boost::math::normal(), 0.5 + level / 2);
}

double two_sided_p(double z) {
  if (std::isnan(z)) return kUndefined;
  return 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), std::abs(z)));
}

double area_under_roc(std::span<const double> truth,
                      std::span<const double> rank,
                      Weights weights) {
  double cases = 0;
  double controls = 0;
  double concordant = 0;
  for (std::size_t i = 0; i < truth.size();) {
    double tied_cases = 0;
    double tied_controls = 0;
    std::size_t end = i;
    for (; end < truth.size() && rank[end] == rank[i]; ++end) {
      (truth[end] == 1 ? tied_cases : tied_controls) += weights[end];
    }
    concordant += tied_cases * (controls + tied_controls / 2);
    cases += tied_cases;
    controls += tied_controls;
    i = end;
  }
  return ratio(concordant, cases * controls);
}

Interval wilson_interval(double hits, double n, double level) {
  const Proportion proportion = wilson(hits, n, level);
  return {proportion.low, proportion.high, "wilson"};
}

double weighted_correlation(std::span<const double> x, std::span<const double> y, Weights weights) {
  const double n = total(weights);
  double mean_x = 0;
  double mean_y = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    mean_x += weights[i] * x[i] / n;
    mean_y += weights[i] * y[i] / n;
  }
  double xx = 0;
  double xy = 0;
  double yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += weights[i] * (x[i] - mean_x) * (x[i] - mean_x);
    xy += weights[i] * (x[i] - mean_x) * (y[i] - mean_y);
    yy += weights[i] * (y[i] - mean_y) * (y[i] - mean_y);
  }
  return ratio(xy, std::sqrt(xx) * std::sqrt(yy));
}

namespace {

std::vector<std::size_t> order_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return values[a] < values[b];
  });
  return order;
}

}  // namespace

std::vector<double> weighted_mid_ranks(std::span<const double> values, Weights weights) {
  const auto order = order_of(values);
  std::vector<double> ranks(values.size());
  double before = 0;
  for (std::size_t i = 0; i < order.size();) {
    double tied = 0;
    std::size_t end = i;
    for (; end < order.size() && values[order[end]] == values[order[i]]; ++end) {
      tied += weights[order[end]];
    }
    for (; i < end; ++i) ranks[order[i]] = before + (tied + 1) / 2;
    before += tied;
  }
  return ranks;
}

double weighted_quantile(std::span<const double> values, Weights weights, double q) {
  const double wanted = q * total(weights);
  double reached = 0;
  for (const std::size_t i : order_of(values)) {
    reached += weights[i];
    if (reached >= wanted && weights[i] > 0) return values[i];
  }
  return kUndefined;
}

std::vector<double> ones(std::size_t n) { return std::vector<double>(n, 1.0); }

}  // namespace gcrisk::evaluate
