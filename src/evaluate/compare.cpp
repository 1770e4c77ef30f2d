// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/compare.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>

#include "gcrisk/base/error.hpp"
#include "gcrisk/evaluate/bootstrap.hpp"
#include "gcrisk/evaluate/delong.hpp"
#include "gcrisk/evaluate/metric.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

using cohort::OutcomeKind;

// For each person of `first` (in its order), the place of the same person in `second`.
std::vector<std::size_t> match(const Scored& first, const Scored& second) {
  std::vector<std::size_t> by_row;
  const std::uint32_t most =
      second.row.empty() ? 0 : *std::max_element(second.row.begin(), second.row.end());
  by_row.assign(std::size_t{most} + 1, second.size());
  for (std::size_t i = 0; i < second.size(); ++i) by_row[second.row[i]] = i;
  std::vector<std::size_t> place;
  for (const std::uint32_t row : first.row) {
    if (row >= by_row.size() || by_row[row] == second.size()) break;
    place.push_back(by_row[row]);
  }
  if (place.size() != first.size() || first.size() != second.size()) {
    throw base::MismatchError("the two models were applied to different people (" +
                              std::to_string(first.size()) + " and " +
                              std::to_string(second.size()) + "), a comparison needs the same");
  }
  return place;
}

void add_delong(std::vector<Difference>& out,
                const Scored& first,
                const std::vector<double>& second_rank,
                double level) {
  const AreaDifference d = delong_difference(first.truth, first.rank, second_rank);
  const double half = normal_quantile(level) * d.standard_error;
  out.push_back({"auroc",
                 d.first.value,
                 d.second.value,
                 d.difference,
                 d.difference - half,
                 d.difference + half,
                 d.p,
                 "delong-paired"});
}

// Exact two-sided McNemar: binomial of the smaller of the two discordant counts.
void add_mcnemar(std::vector<Difference>& out,
                 const Scored& first,
                 const Scored& second,
                 const std::vector<std::size_t>& place) {
  double only_first = 0;
  double only_second = 0;
  double first_right = 0;
  double second_right = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const bool truth = first.truth[i] == 1;
    const bool a = (first.rank[i] >= first.threshold) == truth;
    const bool b = (second.rank[place[i]] >= second.threshold) == truth;
    first_right += a ? 1 : 0;
    second_right += b ? 1 : 0;
    if (a && !b) ++only_first;
    if (b && !a) ++only_second;
  }
  const double n = only_first + only_second;
  double p = 1;
  if (n > 0) {
    const boost::math::binomial_distribution<double> fair(n, 0.5);
    p = std::min(1.0, 2 * boost::math::cdf(fair, std::min(only_first, only_second)));
  }
  const auto people = static_cast<double>(first.size());
  out.push_back({"accuracy_mcnemar",
                 first_right / people,
                 second_right / people,
                 (first_right - second_right) / people,
                 kUndefined,
                 kUndefined,
                 p,
                 "mcnemar-exact"});
}

struct Reclassification {
  double up_cases = 0;
  double down_cases = 0;
  double up_controls = 0;
  double down_controls = 0;
};

double improvement(const Reclassification& r, const ClassTotals& totals) {
  return ratio(r.up_cases - r.down_cases, totals.cases) +
         ratio(r.down_controls - r.up_controls, totals.controls);
}

// Net reclassification (continuous, two categories) and integrated discrimination, each of the
// first model over the second.
std::vector<double> reclassify(const Scored& first,
                               const Scored& second,
                               const std::vector<std::size_t>& place,
                               Weights weights) {
  Reclassification any;
  Reclassification across;
  double case_gain = 0;
  double control_gain = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const double a = first.risk[i];
    const double b = second.risk[place[i]];
    const bool is_case = first.truth[i] == 1;
    (is_case ? case_gain : control_gain) += weights[i] * (a - b);
    const auto count = [&](Reclassification& r, bool up, bool down) {
      if (up) (is_case ? r.up_cases : r.up_controls) += weights[i];
      if (down) (is_case ? r.down_cases : r.down_controls) += weights[i];
    };
    count(any, a > b, a < b);
    const bool high_a = a >= first.threshold;
    const bool high_b = b >= second.threshold;
    count(across, high_a && !high_b, high_b && !high_a);
  }
  const ClassTotals totals = class_totals(first, weights);
  return {improvement(any, totals),
          improvement(across, totals),
          ratio(case_gain, totals.cases) - ratio(control_gain, totals.controls)};
}

}  // namespace

std::vector<Difference> compare_models(const Scored& first,
                                       const Scored& second,
                                       double level,
                                       std::size_t replicates,
                                       const base::Context& context) {
  const auto place = match(first, second);
  std::vector<Difference> out;
  const bool binary = first.kind == OutcomeKind::kBinary;
  if (binary) {
    std::vector<double> second_rank(first.size());
    for (std::size_t i = 0; i < first.size(); ++i) second_rank[i] = second.rank[place[i]];
    add_delong(out, first, second_rank, level);
  }

  std::vector<const MetricEntry*> metrics;
  const auto of_second = metrics_for(second);
  for (const MetricEntry* metric : metrics_for(first)) {
    if (binary && metric->name == "auroc") continue;
    if (metric->interval == nullptr && !metric->bootstrap) continue;
    if (std::find(of_second.begin(), of_second.end(), metric) != of_second.end()) {
      metrics.push_back(metric);
    }
  }
  const bool reclassification = binary && !first.risk.empty() && !second.risk.empty() &&
                                !std::isnan(first.threshold) && !std::isnan(second.threshold);
  const auto measure = [&](Weights weights) {
    std::vector<double> other(weights.size());
    for (std::size_t i = 0; i < place.size(); ++i) other[place[i]] = weights[i];
    std::vector<double> values;
    for (const MetricEntry* metric : metrics) {
      values.push_back(metric->value(first, weights) - metric->value(second, other));
    }
    if (reclassification) {
      for (const double v : reclassify(first, second, place, weights)) values.push_back(v);
    }
    return values;
  };
  const auto samples = bootstrap(first, replicates, context, measure);
  const auto all = ones(first.size());
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    const Percentiles interval = percentile_interval(samples, m, level);
    const double a = metrics[m]->value(first, all);
    const double b = metrics[m]->value(second, all);
    out.push_back({table_name(*metrics[m]),
                   a,
                   b,
                   a - b,
                   interval.low,
                   interval.high,
                   kUndefined,
                   "bootstrap-paired"});
  }
  if (reclassification) {
    const auto values = reclassify(first, second, place, all);
    const char* names[] = {"nri_continuous", "nri_at_threshold", "idi"};
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Percentiles interval = percentile_interval(samples, metrics.size() + i, level);
      out.push_back({names[i],
                     kUndefined,
                     kUndefined,
                     values[i],
                     interval.low,
                     interval.high,
                     kUndefined,
                     "bootstrap-paired"});
    }
  }
  if (binary && !std::isnan(first.threshold) && !std::isnan(second.threshold)) {
    add_mcnemar(out, first, second, place);
  }
  return out;
}

}  // namespace gcrisk::evaluate
