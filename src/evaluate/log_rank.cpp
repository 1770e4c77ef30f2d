// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <numeric>

#include "gcrisk/evaluate/survival.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

LogRank log_rank(std::span<const double> time,
                 std::span<const double> event,
                 std::span<const std::int32_t> group) {
  std::int32_t k = 0;
  for (const std::int32_t g : group) k = std::max(k, g + 1);
  const auto n_groups = static_cast<std::size_t>(k);
  std::vector<double> at_risk(n_groups, 0.0);
  for (const std::int32_t g : group) ++at_risk[static_cast<std::size_t>(g)];
  std::vector<std::size_t> present;
  for (std::size_t g = 0; g < n_groups; ++g) {
    if (at_risk[g] > 0) present.push_back(g);
  }

  std::vector<std::size_t> order(time.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(
      order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return time[a] < time[b]; });
  LogRank out{kUndefined,
              0,
              kUndefined,
              std::vector<double>(n_groups, 0.0),
              std::vector<double>(n_groups, 0.0)};
  Eigen::MatrixXd variance = Eigen::MatrixXd::Zero(k, k);
  double all = static_cast<double>(time.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    std::vector<double> deaths(n_groups, 0.0);
    std::vector<double> leaving(n_groups, 0.0);
    double d = 0;
    for (; end < order.size() && time[order[end]] == time[order[i]]; ++end) {
      const auto g = static_cast<std::size_t>(group[order[end]]);
      ++leaving[g];
      if (event[order[end]] == 1) {
        ++deaths[g];
        ++d;
      }
    }
    if (d > 0) {
      const double spread = all > 1 ? d * (all - d) / (all - 1) : 0;
      for (std::size_t a = 0; a < n_groups; ++a) {
        out.observed[a] += deaths[a];
        out.expected[a] += d * at_risk[a] / all;
        for (std::size_t b = 0; b < n_groups; ++b) {
          variance(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b)) +=
              spread * at_risk[a] / all * ((a == b ? 1.0 : 0.0) - at_risk[b] / all);
        }
      }
    }
    for (std::size_t g = 0; g < n_groups; ++g) {
      at_risk[g] -= leaving[g];
      all -= leaving[g];
    }
    i = end;
  }
  const double events = std::accumulate(out.observed.begin(), out.observed.end(), 0.0);
  if (present.size() < 2 || events == 0) return out;
  // One group is redundant: the differences add to zero.
  const auto m = static_cast<Eigen::Index>(present.size() - 1);
  Eigen::VectorXd difference(m);
  Eigen::MatrixXd reduced(m, m);
  for (Eigen::Index a = 0; a < m; ++a) {
    const std::size_t ga = present[static_cast<std::size_t>(a)];
    difference[a] = out.observed[ga] - out.expected[ga];
    for (Eigen::Index b = 0; b < m; ++b) {
      reduced(a, b) = variance(static_cast<Eigen::Index>(ga),
                               static_cast<Eigen::Index>(present[static_cast<std::size_t>(b)]));
    }
  }
  out.degrees_of_freedom = static_cast<std::size_t>(m);
  out.chi_square = difference.dot(reduced.completeOrthogonalDecomposition().solve(difference));
  out.p = boost::math::cdf(
      boost::math::complement(boost::math::chi_squared(static_cast<double>(m)), out.chi_square));
  return out;
}

}  // namespace gcrisk::evaluate
