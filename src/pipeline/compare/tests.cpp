// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "tests.hpp"

#include <algorithm>
#include <array>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "gcrisk/evaluate/compare.hpp"
#include "measure_of.hpp"

namespace gcrisk::pipeline {

namespace {
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
}

double corrected_resampled_t(std::span<const double> first,
                             std::span<const double> second,
                             double test_share) {
  const std::size_t n = first.size();
  if (n < 2) return kNaN;
  double mean = 0;
  for (std::size_t i = 0; i < n; ++i) mean += (first[i] - second[i]) / static_cast<double>(n);
  double variance = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double rest = first[i] - second[i] - mean;
    variance += rest * rest / static_cast<double>(n - 1);
  }
  if (!(variance > 0)) return kNaN;
  const double scale = 1 / static_cast<double>(n) + test_share / (1 - test_share);
  const double t = mean / std::sqrt(variance * scale);
  const boost::math::students_t distribution(static_cast<double>(n - 1));
  return 2 * boost::math::cdf(boost::math::complement(distribution, std::abs(t)));
}

RankTest friedman_nemenyi(const std::vector<std::vector<double>>& values) {
  RankTest out;
  const std::size_t k = values.size();
  const std::size_t n = k > 0 ? values.front().size() : 0;
  out.mean_rank.assign(k, 0);
  for (std::size_t fold = 0; fold < n; ++fold) {
    for (std::size_t i = 0; i < k; ++i) {
      double rank = 1;
      for (std::size_t j = 0; j < k; ++j) {
        if (j == i) continue;
        if (values[j][fold] > values[i][fold]) rank += 1;
        if (values[j][fold] == values[i][fold]) rank += 0.5;
      }
      out.mean_rank[i] += rank / static_cast<double>(n);
    }
  }
  out.p = kNaN;
  out.statistic = kNaN;
  out.critical_difference = kNaN;
  if (k < 2 || n < 2) return out;
  const auto methods = static_cast<double>(k);
  const auto folds = static_cast<double>(n);
  double squares = 0;
  for (const double rank : out.mean_rank) squares += rank * rank;
  const double chi2 = 12 * folds / (methods * (methods + 1)) *
                      (squares - methods * (methods + 1) * (methods + 1) / 4);
  const double rest = folds * (methods - 1) - chi2;
  out.statistic = rest > 0 ? (folds - 1) * chi2 / rest : std::numeric_limits<double>::infinity();
  const boost::math::fisher_f distribution(methods - 1, (methods - 1) * (folds - 1));
  out.p =
      rest > 0
          ? boost::math::cdf(boost::math::complement(distribution, std::max(0.0, out.statistic)))
          : 0;
  // Studentised range over √2 at 5 %, for 2 to 10 methods (Demšar 2006, table 5a).
  constexpr std::array<double, 9> kQ = {
      1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164};
  if (k - 2 < kQ.size()) {
    out.critical_difference = kQ[k - 2] * std::sqrt(methods * (methods + 1) / (6 * folds));
  }
  return out;
}

PairedTest paired_test(const RowResult& first,
                       const RowResult& second,
                       double test_share,
                       const MeasureSettings& settings,
                       const base::Context& context) {
  PairedTest out;
  out.first = first.row.name();
  out.second = second.row.name();
  out.p = out.p_mcnemar = kNaN;
  out.p_folds = corrected_resampled_t(first.by_fold, second.by_fold, test_share);
  std::string wanted = compare_metrics(first.people.kind).front();
  std::replace(wanted.begin(), wanted.end(), '-', '_');
  for (const auto& row : evaluate::compare_models(
           first.people, second.people, settings.level, settings.replicates, context)) {
    if (row.metric == wanted) {
      out.difference = row.difference;
      out.low = row.low;
      out.high = row.high;
      out.p = row.p;
    }
    if (row.metric.find("mcnemar") != std::string::npos ||
        row.method.find("mcnemar") != std::string::npos) {
      out.p_mcnemar = row.p;
    }
  }
  return out;
}

}  // namespace gcrisk::pipeline
