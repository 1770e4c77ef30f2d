// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "evaluate_measure.hpp"

#include <cmath>
#include <limits>

#include "gcrisk/evaluate/bootstrap.hpp"
#include "gcrisk/evaluate/delong.hpp"

namespace gcrisk::pipeline {

namespace {

using cohort::OutcomeKind;
using evaluate::MetricEntry;
using evaluate::Scored;

constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kGrid = 101;

bool has_events(const Scored& people) {
  return people.kind == OutcomeKind::kBinary || people.kind == OutcomeKind::kSurvival;
}

MetricRow row_of(const MetricEntry& metric, const Scored& people) {
  const std::vector<double> all(people.size(), 1.0);
  MetricRow row;
  row.metric = evaluate::table_name(metric);
  row.title = metric.title;
  row.n = people.size();
  row.events = has_events(people) ? static_cast<double>(people.n_events()) : kNotKnown;
  row.value = metric.value(people, all);
  row.low = row.high = kNotKnown;
  row.method = "none";
  return row;
}

void set_interval(MetricRow& row, const evaluate::Interval& interval) {
  row.low = interval.low;
  row.high = interval.high;
  row.method = interval.method;
}

evaluate::Interval interval_of(const MetricEntry& metric,
                               const Scored& people,
                               const MeasureSettings& settings) {
  if (metric.name == "auroc" && settings.logit_auroc) {
    const auto bounds = evaluate::delong_logit_interval(
        evaluate::delong_area(people.truth, people.rank), settings.level);
    return {bounds.low, bounds.high, "delong-logit"};
  }
  return metric.interval(people, settings.level);
}

}  // namespace

std::vector<MetricRow> measure(const Scored& people,
                               const MeasureSettings& settings,
                               const base::Context& context,
                               ModelResult* band) {
  std::vector<MetricRow> rows;
  std::vector<const MetricEntry*> resampled;
  std::vector<std::size_t> resampled_row;
  for (const MetricEntry* metric : evaluate::metrics_for(people)) {
    MetricRow row = row_of(*metric, people);
    if (metric->interval != nullptr) {
      set_interval(row, interval_of(*metric, people, settings));
    } else if (metric->bootstrap && settings.replicates > 0) {
      row.method = "bootstrap";
      if (!std::isnan(row.value)) {
        resampled.push_back(metric);
        resampled_row.push_back(rows.size());
      }
    }
    rows.push_back(std::move(row));
  }
  const bool want_band = band != nullptr && people.kind == OutcomeKind::kBinary;
  if (settings.replicates == 0 || (resampled.empty() && !want_band)) return rows;

  const auto samples =
      evaluate::bootstrap(people, settings.replicates, context, [&](evaluate::Weights weights) {
        std::vector<double> values;
        for (const MetricEntry* metric : resampled) {
          values.push_back(metric->value(people, weights));
        }
        if (want_band) {
          const auto curve = evaluate::roc_on_grid(people, weights, kGrid);
          values.insert(values.end(), curve.begin(), curve.end());
        }
        return values;
      });
  for (std::size_t i = 0; i < resampled.size(); ++i) {
    const auto interval = evaluate::percentile_interval(samples, i, settings.level);
    rows[resampled_row[i]].low = interval.low;
    rows[resampled_row[i]].high = interval.high;
  }
  for (std::size_t i = 0; want_band && i < kGrid; ++i) {
    const auto interval =
        evaluate::percentile_interval(samples, resampled.size() + i, settings.level);
    band->roc_low.push_back(interval.low);
    band->roc_high.push_back(interval.high);
  }
  return rows;
}

std::vector<MetricRow> measure_classes(const Scored& people,
                                       const std::vector<std::string>& levels,
                                       const MeasureSettings& settings) {
  std::vector<MetricRow> rows;
  for (std::size_t c = 0; c < levels.size(); ++c) {
    const Scored one = evaluate::one_against_rest(people, c);
    for (const char* name : {"auroc", "calibration-intercept", "calibration-slope"}) {
      const MetricEntry& metric = evaluate::find_metric(name);
      MetricRow row = row_of(metric, one);
      set_interval(row, interval_of(metric, one, settings));
      row.metric += ":" + levels[c];
      row.title += ", " + levels[c] + " against the rest";
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace gcrisk::pipeline
