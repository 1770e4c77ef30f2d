// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "evaluate_charts.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "gcrisk/base/text.hpp"

namespace gcrisk::pipeline {

using evaluate::Scored;
using report::Chart;
using report::kInk;
using report::kMuted;
using report::Mark;
using report::MarkKind;

namespace {

void unit_axes(Chart& chart) {
  chart.x.min = chart.y().min = 0;
  chart.x.max = chart.y().max = 1;
}

// Counts of risks in `n` bins over [0, 1], as shares of their class.
std::vector<double> histogram(const Scored& people, double truth, double top, std::size_t n) {
  std::vector<double> counts(n, 0.0);
  double all = 0;
  for (std::size_t i = 0; i < people.size(); ++i) {
    if (people.truth[i] != truth) continue;
    const double at = people.risk[i] / top * static_cast<double>(n);
    ++counts[std::min(n - 1, static_cast<std::size_t>(std::max(0.0, at)))];
    ++all;
  }
  for (double& count : counts) count = all > 0 ? count / all : 0;
  return counts;
}

// A round upper end for risks, so that rare outcomes do not huddle in a corner.
double risk_top(const Scored& people) {
  if (people.risk.empty()) return 1;
  const auto at = static_cast<std::size_t>(0.995 * static_cast<double>(people.size() - 1));
  const double high = people.risk[at];
  for (const double top : {0.05, 0.1, 0.2, 0.4, 0.6}) {
    if (high <= top) return top;
  }
  return 1;
}

std::string percent(double share) { return decimal(100 * share, 1) + " %"; }

}  // namespace

const MetricRow* find_row(const std::vector<MetricRow>& rows, const std::string& metric) {
  const auto at = std::find_if(
      rows.begin(), rows.end(), [&](const MetricRow& row) { return row.metric == metric; });
  return at == rows.end() ? nullptr : &*at;
}

std::string decimal(double value, int digits) {
  if (!std::isfinite(value)) return "NA";
  const double shown = std::abs(value) < 0.5 * std::pow(10.0, -digits) ? 0 : value;
  char buffer[64];
  if (std::abs(shown) >= 1e6) return base::format_number(shown, 4);
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, shown, std::chars_format::fixed, digits).ptr;
  std::string text(buffer, end);
  if (text.front() == '-') text.replace(0, 1, "\u2212");
  return text;
}

std::string interval_text(const MetricRow* row, int digits) {
  if (row == nullptr || std::isnan(row->low)) return "";
  return decimal(row->low, digits) + " to " + decimal(row->high, digits);
}

std::string value_text(const MetricRow* row, int digits) {
  if (row == nullptr) return "NA";
  const std::string interval = interval_text(row, digits);
  return decimal(row->value, digits) + (interval.empty() ? "" : " (" + interval + ")");
}

Chart roc_chart(const Evaluation& e) {
  Chart chart("ROC curve", "Sensitivity against 1 - specificity at every threshold");
  chart.square = true;
  unit_axes(chart);
  chart.x.title = "1 \u2212 specificity";
  chart.y().title = "sensitivity";
  chart.add({.kind = MarkKind::kSlope, .low = {0}, .high = {1}, .colour = kMuted, .dashed = true});
  for (std::size_t m = 0; m < e.models.size(); ++m) {
    const ModelResult& model = e.models[m];
    if (model.roc_low.empty()) continue;
    Mark band{.kind = MarkKind::kBand, .low = model.roc_low, .high = model.roc_high};
    band.colour = static_cast<int>(m);
    for (std::size_t i = 0; i < band.low.size(); ++i) {
      band.x.push_back(static_cast<double>(i) / static_cast<double>(band.low.size() - 1));
    }
    chart.add(std::move(band));
  }
  for (std::size_t m = 0; m < e.models.size(); ++m) {
    const ModelResult& model = e.models[m];
    Mark line{.kind = MarkKind::kLine};
    line.colour = static_cast<int>(m);
    line.name = model.name + ": " + value_text(find_row(model.rows, "auroc"));
    for (const auto& point : evaluate::roc_curve(model.people)) {
      line.x.push_back(1 - point.specificity);
      line.y.push_back(point.sensitivity);
    }
    chart.add(std::move(line));
  }
  for (std::size_t m = 0; m < e.models.size(); ++m) {
    const Scored& people = e.models[m].people;
    if (std::isnan(people.threshold)) continue;
    const std::vector<double> all(people.size(), 1.0);
    const auto t = evaluate::confusion(people, all, people.threshold);
    chart.add({.kind = MarkKind::kPoints,
               .x = {t.fp / (t.fp + t.tn)},
               .y = {t.tp / (t.tp + t.fn)},
               .labels = {"threshold " + base::format_number(people.threshold, 3) +
                          ": sensitivity " + decimal(t.tp / (t.tp + t.fn)) + ", specificity " +
                          decimal(t.tn / (t.fp + t.tn))},
               .colour = static_cast<int>(m),
               .size = 5});
  }
  return chart;
}

Chart pr_chart(const Evaluation& e) {
  Chart chart("Precision and recall", "Precision against recall at every threshold");
  chart.square = true;
  unit_axes(chart);
  chart.x.title = "recall (sensitivity)";
  chart.y().title = "precision (PPV)";
  const Scored& first = e.models.front().people;
  const double share = static_cast<double>(first.n_events()) / static_cast<double>(first.size());
  chart.add({.kind = MarkKind::kHorizontal, .y = {share}, .colour = kMuted, .dashed = true});
  for (std::size_t m = 0; m < e.models.size(); ++m) {
    const ModelResult& model = e.models[m];
    Mark line{.kind = MarkKind::kLine};
    line.colour = static_cast<int>(m);
    line.name = model.name + ": " + value_text(find_row(model.rows, "auprc"));
    for (const auto& point : evaluate::pr_curve(model.people)) {
      line.x.push_back(point.recall);
      line.y.push_back(point.precision);
    }
    chart.add(std::move(line));
  }
  return chart;
}

Chart calibration_chart(const Evaluation& e, std::size_t m) {
  const ModelResult& model = e.models[m];
  const Scored& people = model.people;
  const double top = risk_top(people);
  Chart chart("Calibration of " + model.name,
              "Observed share of cases against predicted risk, with the distribution of risks");
  const int colour = static_cast<int>(m);
  chart.x.title = "predicted risk";
  chart.x.min = 0;
  chart.x.max = top;
  chart.y().title = "observed share";
  chart.y().min = 0;
  report::Axis counts;
  counts.grid = false;
  counts.ticks = {{0, ""}};
  counts.title = "";
  const std::size_t strip = chart.add_panel(58, counts);
  chart.height = 500;

  chart.add({.kind = MarkKind::kSlope,
             .name = "ideal",
             .low = {0},
             .high = {1},
             .colour = kMuted,
             .dashed = true});
  Mark band{.kind = MarkKind::kBand, .colour = colour};
  Mark smooth{.kind = MarkKind::kLine, .name = "smoothed", .colour = colour};
  for (const auto& point : evaluate::calibration_smooth(people, e.level)) {
    band.x.push_back(point.risk);
    band.low.push_back(point.low);
    band.high.push_back(point.high);
    smooth.x.push_back(point.risk);
    smooth.y.push_back(point.observed);
  }
  double highest = top;
  Mark bars{.kind = MarkKind::kIntervals, .colour = kInk, .size = 1.2};
  Mark points{.kind = MarkKind::kPoints, .name = "tenths of people", .colour = kInk, .size = 3.5};
  for (const auto& bin : evaluate::calibration_bins(people, 10, e.level)) {
    bars.x.push_back(bin.mean_risk);
    bars.low.push_back(bin.observed_low);
    bars.high.push_back(bin.observed_high);
    points.x.push_back(bin.mean_risk);
    points.y.push_back(bin.observed);
    highest = std::max(highest, std::min(1.0, bin.observed_high));
    points.labels.push_back("risk " + percent(bin.mean_risk) + ", observed " +
                            percent(bin.observed) + " (" + base::format_count(bin.events) + " of " +
                            base::format_count(bin.n) + ")");
  }
  chart.y().max = top < 1 ? std::min(1.0, std::ceil(highest * 20) / 20) : 1.0;
  if (!smooth.x.empty()) chart.add(std::move(band)).add(std::move(smooth));
  chart.add(std::move(bars)).add(std::move(points));

  constexpr std::size_t kBins = 50;
  for (const double truth : {1.0, 0.0}) {
    const auto shares = histogram(people, truth, top, kBins);
    Mark spikes{.kind = MarkKind::kBars, .name = truth == 1 ? "cases (up)" : "controls (down)"};
    spikes.colour = truth == 1 ? 1 : 2;
    spikes.width = top / kBins;
    spikes.panel = strip;
    for (std::size_t i = 0; i < kBins; ++i) {
      spikes.x.push_back((static_cast<double>(i) + 0.5) * spikes.width);
      spikes.y.push_back(truth == 1 ? shares[i] : -shares[i]);
    }
    chart.add(std::move(spikes));
  }
  return chart;
}

Chart risk_chart(const Evaluation& e, std::size_t m) {
  const ModelResult& model = e.models[m];
  const double top = risk_top(model.people);
  Chart chart("Risks given by " + model.name,
              "Distribution of predicted risks among cases and among controls");
  chart.x.title = "predicted risk";
  chart.x.min = 0;
  chart.x.max = top;
  chart.y().title = "share of the class";
  chart.y().style = report::TickStyle::kPercent;
  constexpr std::size_t kBins = 25;
  for (const double truth : {0.0, 1.0}) {
    const auto shares = histogram(model.people, truth, top, kBins);
    Mark bars{.kind = MarkKind::kBars, .name = truth == 1 ? "cases" : "controls"};
    bars.colour = truth == 1 ? 1 : 2;
    bars.opacity = 0.5;
    bars.width = top / kBins;
    for (std::size_t i = 0; i < kBins; ++i) {
      bars.x.push_back((static_cast<double>(i) + 0.5) * bars.width);
      bars.y.push_back(shares[i]);
      bars.labels.push_back(bars.name + ", risk " + percent(static_cast<double>(i) * bars.width) +
                            " to " + percent(static_cast<double>(i + 1) * bars.width) + ": " +
                            percent(shares[i]));
    }
    chart.add(std::move(bars));
  }
  if (!std::isnan(model.people.threshold) && model.people.threshold < top) {
    chart.add({.kind = MarkKind::kVertical,
               .name = "threshold",
               .x = {model.people.threshold},
               .colour = kMuted,
               .dashed = true});
  }
  return chart;
}

Chart decision_chart(const Evaluation& e) {
  Chart chart("Decision curve", "Net benefit against the threshold at which one would act");
  chart.x.title = "threshold risk";
  chart.y().title = "net benefit";
  double top_threshold = 0.1;
  for (const ModelResult& model : e.models) {
    if (model.people.risk.empty()) continue;
    top_threshold = std::max(top_threshold, risk_top(model.people));
  }
  chart.x.min = 0;
  chart.x.max = top_threshold;
  double highest = 0;
  bool baseline = false;
  for (std::size_t m = 0; m < e.models.size(); ++m) {
    const ModelResult& model = e.models[m];
    if (model.people.risk.empty()) continue;
    Mark line{.kind = MarkKind::kLine, .name = model.name};
    line.colour = static_cast<int>(m);
    Mark all{.kind = MarkKind::kLine, .name = "treat all", .colour = kMuted, .size = 1.5};
    for (const auto& point : evaluate::decision_curve(model.people)) {
      if (point.threshold > top_threshold) break;
      line.x.push_back(point.threshold);
      line.y.push_back(point.model);
      all.x.push_back(point.threshold);
      all.y.push_back(point.treat_all);
      highest = std::max({highest, point.model, point.treat_all});
    }
    if (!baseline) {
      chart.add(std::move(all));
      chart.add({.kind = MarkKind::kHorizontal,
                 .name = "treat none",
                 .y = {0},
                 .colour = kMuted,
                 .dashed = true});
      baseline = true;
    }
    chart.add(std::move(line));
  }
  // Treating all falls without end; what lies below -0.2 of the height decides nothing.
  chart.y().min = -0.2 * highest;
  chart.y().max = highest * 1.08;
  const auto ticks = report::nice_ticks(chart.y().min, chart.y().max);
  for (const double tick : ticks) {
    if (tick < chart.y().min || tick > chart.y().max) continue;
    chart.y().ticks.emplace_back(tick, decimal(tick, highest < 0.1 ? 3 : 2));
  }
  return chart;
}

Chart scatter_chart(const Evaluation& e, std::size_t m) {
  const ModelResult& model = e.models[m];
  const Scored& people = model.people;
  Chart chart("Observed against predicted, " + model.name, "One point a person, with the diagonal");
  chart.square = true;
  chart.x.title = "predicted " + e.outcome_name;
  chart.y().title = "observed " + e.outcome_name;
  chart.add({.kind = MarkKind::kPoints,
             .x = people.rank,
             .y = people.truth,
             .colour = static_cast<int>(m),
             .size = people.size() > 2000 ? 1.2 : 2.2,
             .opacity = 0.55});
  chart.add({.kind = MarkKind::kSlope,
             .name = "ideal",
             .low = {0},
             .high = {1},
             .colour = kMuted,
             .dashed = true});
  Mark means{.kind = MarkKind::kPoints, .name = "means of tenths", .colour = kInk, .size = 4.5};
  const std::size_t n = people.size();
  for (std::size_t b = 0; b < 10 && n >= 20; ++b) {
    double x = 0;
    double y = 0;
    const std::size_t begin = b * n / 10;
    const std::size_t end = (b + 1) * n / 10;
    for (std::size_t i = begin; i < end; ++i) {
      x += people.rank[i] / static_cast<double>(end - begin);
      y += people.truth[i] / static_cast<double>(end - begin);
    }
    means.x.push_back(x);
    means.y.push_back(y);
  }
  chart.add(std::move(means));
  return chart;
}

Chart residual_chart(const Evaluation& e, std::size_t m) {
  const Scored& people = e.models[m].people;
  Chart chart("Errors of " + e.models[m].name, "Distribution of observed minus predicted values");
  chart.x.title = "observed \u2212 predicted";
  chart.y().title = "people";
  std::vector<double> errors;
  for (std::size_t i = 0; i < people.size(); ++i)
    errors.push_back(people.truth[i] - people.rank[i]);
  const auto [low, high] = std::minmax_element(errors.begin(), errors.end());
  constexpr std::size_t kBins = 30;
  const double width = std::max((*high - *low) / kBins, 1e-300);
  Mark bars{.kind = MarkKind::kBars, .colour = static_cast<int>(m), .width = width};
  for (std::size_t i = 0; i < kBins; ++i) {
    bars.x.push_back(*low + (static_cast<double>(i) + 0.5) * width);
    bars.y.push_back(0);
  }
  for (const double error : errors) {
    ++bars.y[std::min(kBins - 1, static_cast<std::size_t>((error - *low) / width))];
  }
  chart.add(std::move(bars));
  chart.add({.kind = MarkKind::kVertical, .x = {0}, .colour = kMuted, .dashed = true});
  return chart;
}

Chart survival_chart(const Evaluation& e) {
  Chart chart("Survival by risk group", "Kaplan-Meier curves of groups by predicted risk");
  chart.x.title = "time";
  chart.y().title = "free of the event";
  chart.y().min = 0;
  chart.y().max = 1;
  chart.x.min = 0;
  double last = 0;
  for (const RiskGroup& group : e.risk_groups) last = std::max(last, group.curve.back().time);
  chart.x.max = last;
  chart.axis_below = 0;
  chart.height = 400 + 22 * static_cast<int>(e.risk_groups.size());
  // Low risk is green, high risk vermilion.
  const int colours[] = {2, 0, 1};
  const auto colour_of = [&](std::size_t g) {
    if (g == 0) return 2;
    return g + 1 == e.risk_groups.size() ? 1
           : e.risk_groups.size() == 3   ? colours[1]
                                         : static_cast<int>(3 + g % 5);
  };
  for (std::size_t g = 0; g < e.risk_groups.size(); ++g) {
    const RiskGroup& group = e.risk_groups[g];
    Mark band{.kind = MarkKind::kStepBand, .colour = colour_of(g)};
    Mark line{.kind = MarkKind::kStep, .name = group.name, .colour = colour_of(g)};
    Mark ticks{.kind = MarkKind::kIntervals, .colour = colour_of(g), .size = 1};
    for (const auto& point : group.curve) {
      band.x.push_back(point.time);
      band.low.push_back(point.low);
      band.high.push_back(point.high);
      line.x.push_back(point.time);
      line.y.push_back(point.survival);
      if (point.censored > 0 && group.n <= 500) {
        ticks.x.push_back(point.time);
        ticks.low.push_back(point.survival - 0.012);
        ticks.high.push_back(point.survival + 0.012);
      }
    }
    band.opacity = 0.1;
    chart.add(std::move(band)).add(std::move(line)).add(std::move(ticks));
  }
  report::Axis rows;
  rows.line = rows.grid = false;
  rows.label_gap = 24;  // the numbers at time 0 are centred on the left border
  const std::size_t n = e.risk_groups.size();
  rows.min = 0.3;
  rows.max = static_cast<double>(n) + 1.5;
  rows.ticks.emplace_back(static_cast<double>(n) + 1, "at risk");
  for (std::size_t g = 0; g < n; ++g) {
    rows.ticks.emplace_back(static_cast<double>(n - g), e.risk_groups[g].name);
  }
  const std::size_t panel = chart.add_panel(20.0 * static_cast<double>(n + 1), rows);
  for (const double time : report::nice_ticks(0, last)) {
    if (time > last) break;
    for (std::size_t g = 0; g < n; ++g) {
      std::size_t at_risk = 0;
      for (const auto& point : e.risk_groups[g].curve) {
        if (point.time >= time) {
          at_risk = point.at_risk;
          break;
        }
      }
      chart.add({.kind = MarkKind::kText,
                 .x = {time},
                 .y = {static_cast<double>(n - g) - 0.2},
                 .labels = {base::format_count(at_risk)},
                 .colour = colour_of(g),
                 .panel = panel});
    }
  }
  return chart;
}

Chart forest_chart(const Evaluation& e, const std::string& metric) {
  const MetricRow* overall = find_row(e.models.front().rows, metric);
  const std::string title = overall == nullptr ? metric : overall->title;
  Chart chart(title + " in subgroups", "The measure with its interval in each subgroup");
  chart.x.title = title;
  chart.y().grid = false;
  chart.width = 620;
  struct Line {
    std::string name;
    const MetricRow* row;
    bool small;
  };
  std::vector<Line> lines = {{"everybody", overall, false}};
  for (const Subgroup& group : e.subgroups) {
    lines.push_back({group.column + " " + group.level + " (" + base::format_count(group.n) + ")" +
                         (group.small ? " *" : ""),
                     find_row(group.rows, metric),
                     group.small});
  }
  const auto n = static_cast<double>(lines.size());
  chart.y().min = 0.4;
  chart.y().max = n + 0.6;
  chart.height = static_cast<int>(110 + 24 * n);
  Mark solid{.kind = MarkKind::kIntervalsX, .colour = 0, .size = 2};
  Mark faint{.kind = MarkKind::kIntervalsX, .colour = kMuted, .size = 1.4};
  Mark dots{.kind = MarkKind::kPoints, .colour = 0, .size = 4.5};
  Mark faint_dots{.kind = MarkKind::kPoints, .colour = kMuted, .size = 3.5};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const double at = n - static_cast<double>(i);
    chart.y().ticks.emplace_back(at, lines[i].name);
    chart.y().far_labels.emplace_back(at, value_text(lines[i].row, 2));
    if (lines[i].row == nullptr || std::isnan(lines[i].row->value)) continue;
    Mark& bar = lines[i].small ? faint : solid;
    Mark& dot = lines[i].small ? faint_dots : dots;
    bar.y.push_back(at);
    bar.low.push_back(lines[i].row->low);
    bar.high.push_back(lines[i].row->high);
    dot.x.push_back(lines[i].row->value);
    dot.y.push_back(at);
    dot.labels.push_back(lines[i].name + ": " + value_text(lines[i].row));
  }
  if (overall != nullptr && std::isfinite(overall->value)) {
    chart.add(
        {.kind = MarkKind::kVertical, .x = {overall->value}, .colour = kMuted, .dashed = true});
  }
  // Wide intervals of small groups do not set the scale; they are cut off at the border.
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (std::size_t i = 0; i < solid.y.size(); ++i) {
    if (std::isnan(solid.low[i])) continue;
    low = std::min(low, solid.low[i]);
    high = std::max(high, solid.high[i]);
  }
  if (low < high) {
    chart.x.min = low - 0.05 * (high - low);
    chart.x.max = high + 0.05 * (high - low);
  }
  chart.add(std::move(faint)).add(std::move(solid));
  chart.add(std::move(faint_dots)).add(std::move(dots));
  return chart;
}

}  // namespace gcrisk::pipeline
