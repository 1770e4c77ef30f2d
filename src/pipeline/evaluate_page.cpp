// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>

#include "evaluate_charts.hpp"
#include "evaluation.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/evaluate/metric.hpp"

namespace gcrisk::pipeline {

namespace {

using cohort::OutcomeKind;
using report::NoteKind;
using report::Page;
using report::PageTable;

std::string percent(double share, int digits = 1) {
  return std::isfinite(share) ? decimal(100 * share, digits) + " %" : "NA";
}

std::string level_text(const Evaluation& e) { return base::format_number(100 * e.level, 4) + " %"; }

std::string p_text(double p) {
  if (std::isnan(p)) return "";
  if (p < 0.001) return "< 0.001";
  return decimal(p, 3);
}

std::string method_text(const std::string& method) {
  static const std::map<std::string, std::string> kWords = {
      {"delong", "DeLong"},
      {"delong-logit", "DeLong, logit scale"},
      {"wilson", "Wilson"},
      {"wald", "Wald"},
      {"log-wald", "Wald, log scale"},
      {"fisher-z", "Fisher z"},
      {"bootstrap", "bootstrap"},
      {"delong-paired", "DeLong, paired"},
      {"bootstrap-paired", "paired bootstrap"},
      {"mcnemar-exact", "McNemar, exact"},
      {"none", ""}};
  const auto at = kWords.find(method);
  return at == kWords.end() ? method : at->second;
}

std::vector<std::string> key_metrics(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::kBinary:
      return {"auroc", "auprc", "brier", "calibration_intercept", "calibration_slope"};
    case OutcomeKind::kMulticlass:
      return {"auroc_macro", "accuracy", "balanced_accuracy", "log_loss"};
    case OutcomeKind::kContinuous: return {"r2", "pearson", "rmse", "mae", "calibration_slope"};
    default: return {"c_index"};
  }
}

std::string short_title(const MetricRow& row) {
  if (row.metric == "auprc") return "AUPRC";
  return row.title;
}

void add_summary(Page& page, const Evaluation& e) {
  page.section("Summary");
  for (const ModelResult& model : e.models) {
    if (e.models.size() > 1) page.subheading(model.name);
    std::vector<Page::Figure> figures;
    for (const std::string& name : key_metrics(e.kind)) {
      const MetricRow* row = find_row(model.rows, name);
      if (row == nullptr) continue;
      figures.push_back({short_title(*row), decimal(row->value), interval_text(row)});
    }
    if (e.is(OutcomeKind::kSurvival) && !e.risk_groups.empty()) {
      figures.push_back({"Log-rank p of " + std::to_string(e.risk_groups.size()) + " risk groups",
                         p_text(e.log_rank.p),
                         "chi-square " + decimal(e.log_rank.chi_square, 2) + " on " +
                             std::to_string(e.log_rank.degrees_of_freedom) + " df"});
    }
    page.key_figures(std::move(figures));
  }
  for (const std::string& warning : e.warnings) page.note(NoteKind::kWarning, warning + ".");
}

void add_discrimination(Page& page, const Evaluation& e) {
  page.section("Discrimination",
               "Do people with the outcome have higher risks than people without it?");
  const std::string band = e.replicates > 0
                               ? " The band holds " + level_text(e) +
                                     " of bootstrap curves at each point; the dot is the threshold "
                                     "in use."
                               : " The dot is the threshold in use.";
  page.chart(roc_chart(e),
             "ROC curve with AUROC and its " + level_text(e) +
                 " interval. The dashed diagonal is a model without information." + band);
  page.chart(pr_chart(e),
             "Precision and recall with the average precision. The dashed line is the "
             "share of cases, which a model without information reaches.");
  for (std::size_t m = 0; m < e.models.size(); ++m) {
    if (e.models[m].people.risk.empty()) continue;
    page.chart(risk_chart(e, m), "Predicted risks of cases and controls, each adding to 100 %.");
  }
}

void add_calibration(Page& page, const Evaluation& e) {
  const bool any = std::any_of(e.models.begin(), e.models.end(), [](const ModelResult& m) {
    return !m.people.risk.empty();
  });
  if (!any) return;
  page.section("Calibration and clinical use",
               "Of people who are told 20 %, do 20 % have the outcome? And would acting on the "
               "risks do more good than harm?");
  for (std::size_t m = 0; m < e.models.size(); ++m) {
    const ModelResult& model = e.models[m];
    if (model.people.risk.empty()) continue;
    page.chart(calibration_chart(e, m),
               "Observed share of cases by predicted risk: smooth curve (logistic regression on a "
               "restricted cubic spline, with its " +
                   level_text(e) +
                   " band) and tenths of people "
                   "with Wilson intervals. Below: risks of cases and controls. Intercept " +
                   value_text(find_row(model.rows, "calibration_intercept"), 2) + ", slope " +
                   value_text(find_row(model.rows, "calibration_slope"), 2) +
                   ", integrated calibration index " + value_text(find_row(model.rows, "ici")) +
                   ".");
  }
  page.chart(decision_chart(e),
             "Net benefit of acting on people at or above a threshold, beside acting on all and on "
             "nobody. A model is useful at thresholds where its line is the highest.");
}

std::vector<std::string> with_models(const Evaluation& e, std::string first) {
  std::vector<std::string> header = {std::move(first)};
  for (const ModelResult& model : e.models) {
    header.push_back(e.models.size() == 1 ? "Value" : model.name);
    header.push_back(level_text(e) + " interval");
  }
  header.emplace_back("Interval by");
  return header;
}

void add_metrics(Page& page, const Evaluation& e) {
  page.section("All measures");
  PageTable table;
  table.caption = "Measures for " + base::format_count(e.models.front().people.size()) +
                  " people of set " + e.set + ".";
  table.header = with_models(e, "Measure");
  table.numeric.assign(table.header.size(), true);
  table.numeric.front() = table.numeric.back() = false;
  for (const MetricRow& row : e.models.front().rows) {
    std::vector<std::string> cells = {row.title};
    for (const ModelResult& model : e.models) {
      const MetricRow* here = find_row(model.rows, row.metric);
      cells.push_back(here == nullptr ? "NA" : decimal(here->value));
      cells.push_back(interval_text(here));
    }
    cells.push_back(method_text(row.method));
    table.rows.push_back(std::move(cells));
  }
  page.table(table);

  if (!e.models.front().per_class.empty()) {
    PageTable classes;
    classes.caption = "Each class against the rest.";
    classes.header = with_models(e, "Measure");
    classes.numeric = table.numeric;
    for (const MetricRow& row : e.models.front().per_class) {
      std::vector<std::string> cells = {row.title};
      for (const ModelResult& model : e.models) {
        const MetricRow* here = find_row(model.per_class, row.metric);
        cells.push_back(here == nullptr ? "NA" : decimal(here->value));
        cells.push_back(interval_text(here));
      }
      cells.push_back(method_text(row.method));
      classes.rows.push_back(std::move(cells));
    }
    page.table(classes);
  }

  PageTable meanings;
  meanings.caption = "What the measures say.";
  meanings.header = {"Measure", "Meaning"};
  meanings.numeric = {false, false};
  for (const MetricRow& row : e.models.front().rows) {
    meanings.rows.push_back({row.title, evaluate::find_metric(row.metric).meaning});
  }
  page.folded_table("What each measure means, with its source", meanings);
}

void add_thresholds(Page& page, const Evaluation& e) {
  const ModelResult& first = e.models.front();
  if (std::isnan(first.people.threshold)) return;
  page.section("Thresholds");
  for (const ModelResult& model : e.models) {
    const auto& people = model.people;
    const std::string where = model.threshold.chosen_on == "given" ? "given beforehand"
                              : model.threshold.chosen_on == "evaluated"
                                  ? "chosen on the people judged here"
                                  : "chosen on the " + model.threshold.chosen_on + " people (" +
                                        model.threshold.rule + ")";
    PageTable table;
    table.caption = model.name +
                    ": what a threshold means for these people. In bold the threshold "
                    "in use, " +
                    base::format_number(people.threshold, 3) + ", " + where + ".";
    table.header = {"Threshold", "Flagged", "Sensitivity", "Specificity", "PPV", "NPV"};
    if (!people.risk.empty()) table.header.emplace_back("Net benefit");
    table.numeric.assign(table.header.size(), true);
    std::vector<double> thresholds = {
        0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
    if (std::find(thresholds.begin(), thresholds.end(), people.threshold) == thresholds.end()) {
      thresholds.push_back(people.threshold);
    }
    std::sort(thresholds.begin(), thresholds.end());
    const std::vector<double> all(people.size(), 1.0);
    const auto share = [](double a, double b) { return b > 0 ? percent(a / b) : std::string("–"); };
    for (const double threshold : thresholds) {
      const auto t = evaluate::confusion(people, all, threshold);
      if (threshold == people.threshold) table.strong.push_back(table.rows.size());
      std::vector<std::string> cells = {base::format_number(threshold, 3),
                                        base::format_count(static_cast<std::uint64_t>(t.tp + t.fp)),
                                        share(t.tp, t.tp + t.fn),
                                        share(t.tn, t.tn + t.fp),
                                        share(t.tp, t.tp + t.fp),
                                        share(t.tn, t.tn + t.fn)};
      if (!people.risk.empty()) {
        cells.push_back(decimal(evaluate::net_benefit(people, all, threshold)));
      }
      table.rows.push_back(std::move(cells));
    }
    page.table(table);

    const auto t = evaluate::confusion(people, all, people.threshold);
    const auto count = [](double n) { return base::format_count(static_cast<std::uint64_t>(n)); };
    page.table({.caption = model.name + ": the four cells at " +
                           base::format_number(people.threshold, 3) + ".",
                .header = {"", "at or above", "below", "all"},
                .rows = {{"cases", count(t.tp), count(t.fn), count(t.tp + t.fn)},
                         {"controls", count(t.fp), count(t.tn), count(t.fp + t.tn)}}});
  }
}

void add_subgroups(Page& page, const Evaluation& e) {
  if (e.subgroups.empty()) return;
  page.section("Subgroups", "Is the model as good for some people as for others?");
  std::vector<std::string> metrics;
  if (e.is(OutcomeKind::kBinary)) metrics = {"auroc", "oe_ratio", "recall", "specificity"};
  if (e.is(OutcomeKind::kMulticlass)) metrics = {"auroc_macro", "accuracy"};
  if (e.is(OutcomeKind::kContinuous)) metrics = {"r2", "calibration_intercept"};
  if (e.is(OutcomeKind::kSurvival)) metrics = {"c_index"};
  std::erase_if(metrics, [&](const std::string& metric) {
    return find_row(e.models.front().rows, metric) == nullptr;
  });
  const bool small = std::any_of(
      e.subgroups.begin(), e.subgroups.end(), [](const Subgroup& g) { return g.small; });
  for (const std::string& metric : metrics) {
    page.chart(forest_chart(e, metric),
               "Value and " + level_text(e) + " interval in each subgroup of " +
                   e.models.front().name + "; the dashed line is everybody." +
                   (small ? " * fewer than ten people of a kind." : ""));
  }
  PageTable table;
  const bool events = e.is(OutcomeKind::kBinary) || e.is(OutcomeKind::kSurvival);
  table.caption = "Subgroups of " + e.models.front().name + ".";
  table.header = {"Subgroup", "People"};
  if (events) table.header.push_back(e.is(OutcomeKind::kBinary) ? "Cases" : "Events");
  for (const std::string& metric : metrics) {
    table.header.push_back(find_row(e.models.front().rows, metric)->title);
  }
  for (const Subgroup& group : e.subgroups) {
    std::vector<std::string> cells = {group.column + " " + group.level + (group.small ? " *" : ""),
                                      base::format_count(group.n)};
    if (events) cells.push_back(base::format_count(group.events));
    for (const std::string& metric : metrics) {
      cells.push_back(value_text(find_row(group.rows, metric), 2));
    }
    table.rows.push_back(std::move(cells));
  }
  page.table(table);
}

void add_comparison(Page& page, const Evaluation& e) {
  if (e.differences.empty()) return;
  page.section("Comparison",
               e.models[0].name + " against " + e.models[1].name +
                   ", on the same people. Differences are first minus second.");
  PageTable table;
  table.caption = "Differences with paired intervals.";
  table.header = {"Measure",
                  e.models[0].name,
                  e.models[1].name,
                  "Difference",
                  level_text(e) + " interval",
                  "p",
                  "By"};
  table.numeric = {false, true, true, true, true, true, false};
  static const std::map<std::string, std::string> kTitles = {
      {"nri_continuous", "Net reclassification, continuous"},
      {"nri_at_threshold", "Net reclassification at the threshold"},
      {"idi", "Integrated discrimination improvement"},
      {"accuracy_mcnemar", "Accuracy (McNemar)"}};
  for (const auto& d : e.differences) {
    const auto title = kTitles.find(d.metric);
    MetricRow row;
    row.low = d.low;
    row.high = d.high;
    table.rows.push_back(
        {title != kTitles.end() ? title->second : evaluate::find_metric(d.metric).title,
         std::isnan(d.first) ? "" : decimal(d.first),
         std::isnan(d.second) ? "" : decimal(d.second),
         decimal(d.difference),
         interval_text(&row),
         p_text(d.p),
         method_text(d.method)});
  }
  page.table(table);
  page.note(NoteKind::kInfo,
            "Net reclassification can favour a model that is badly calibrated; read it only beside "
            "calibration and net benefit (Kerr et al. 2014).");
}

void add_survival(Page& page, const Evaluation& e) {
  page.section(
      "Survival by risk group",
      "People cut into groups by predicted risk" +
          std::string(e.risk_groups_cut_on == "evaluated"
                          ? ", the cuts made on the same people."
                          : ", the cuts made on the " + e.risk_groups_cut_on + " people."));
  page.chart(survival_chart(e),
             "Kaplan-Meier curves with " + level_text(e) +
                 " bands; small strokes mark people whose follow-up ended. "
                 "Log-rank p " +
                 p_text(e.log_rank.p) + ".");
  PageTable table;
  table.caption = "Groups by predicted risk.";
  table.header = {"Group", "People", "Events", "Expected events", "Median time"};
  for (std::size_t g = 0; g < e.risk_groups.size(); ++g) {
    const RiskGroup& group = e.risk_groups[g];
    const double median = evaluate::median_survival(group.curve);
    table.rows.push_back(
        {group.name,
         base::format_count(group.n),
         base::format_count(group.events),
         g < e.log_rank.expected.size() ? decimal(e.log_rank.expected[g], 1) : "NA",
         std::isnan(median) ? "not reached" : base::format_number(median, 5)});
  }
  page.table(table);
}

void add_confusion(Page& page, const Evaluation& e) {
  for (const ModelResult& model : e.models) {
    PageTable table;
    table.caption = model.name + ": true class in rows, most likely class in columns.";
    table.header = {"True class"};
    for (const std::string& level : e.levels) table.header.push_back(level);
    for (std::size_t a = 0; a < e.levels.size(); ++a) {
      std::vector<std::uint64_t> counts(e.levels.size(), 0);
      for (std::size_t i = 0; i < model.people.size(); ++i) {
        if (model.people.truth[i] != static_cast<double>(a)) continue;
        Eigen::Index best = 0;
        model.people.class_risk.row(static_cast<Eigen::Index>(i)).maxCoeff(&best);
        ++counts[static_cast<std::size_t>(best)];
      }
      std::vector<std::string> cells = {e.levels[a]};
      for (const std::uint64_t count : counts) cells.push_back(base::format_count(count));
      table.rows.push_back(std::move(cells));
    }
    page.table(table);
  }
}

void add_methods(Page& page, const Evaluation& e) {
  page.section("Methods and limits");
  std::vector<std::string> items;
  if (e.is(OutcomeKind::kBinary)) {
    items.emplace_back(
        "AUROC: interval by DeLong, DeLong and Clarke-Pearson (1988), computed by the "
        "method of Sun and Xu (2014). Proportions: Wilson (1927).");
    items.emplace_back(
        "Calibration intercept: logistic regression with the log odds of the risk as "
        "an offset; slope: logistic regression on the log odds; Wald intervals.");
  }
  if (e.replicates > 0) {
    items.push_back("Other intervals: percentiles of " + base::format_count(e.replicates) +
                    " bootstrap samples, drawn within classes, so the share of cases is held as it "
                    "is.");
  }
  items.emplace_back(
      "Intervals speak of the sampling of these people alone: not of the training "
      "data, the choice of the model, or other hospitals and populations.");
  items.emplace_back(
      "Many measures and subgroups are shown; single intervals are not corrected for "
      "their number.");
  for (const std::string& note : e.notes) items.push_back(note);
  page.list(std::move(items));
}

}  // namespace

Page make_page(const Evaluation& e) {
  const ModelResult& first = e.models.front();
  std::string title = "Evaluation of " + first.name;
  if (e.models.size() > 1) title += " and " + e.models[1].name;
  Page page(title,
            "How well the predictions agree with what happened to " +
                base::format_count(first.people.size()) + " people");
  if (e.simulated) page.badge("simulated data");
  page.fact("outcome", e.outcome_name);
  page.fact("set", e.set);
  page.fact("people", base::format_count(first.people.size()));
  if (e.is(OutcomeKind::kBinary) || e.is(OutcomeKind::kSurvival)) {
    const double share = static_cast<double>(first.people.n_events()) /
                         static_cast<double>(std::max<std::size_t>(1, first.people.size()));
    page.fact(e.is(OutcomeKind::kBinary) ? "cases" : "events",
              base::format_count(first.people.n_events()) + " (" + percent(share) + ")");
  }
  if (e.is(OutcomeKind::kBinary) && !std::isnan(first.people.threshold)) {
    page.fact("threshold", base::format_number(first.people.threshold, 3));
  }
  page.fact("intervals", level_text(e));
  page.made_by(e.made_by);

  add_summary(page, e);
  if (e.is(OutcomeKind::kBinary)) {
    add_discrimination(page, e);
    add_calibration(page, e);
  }
  if (e.is(OutcomeKind::kContinuous)) {
    page.section("Agreement");
    for (std::size_t m = 0; m < e.models.size(); ++m) {
      page.chart(scatter_chart(e, m),
                 "Observed against predicted values; the black dots are the "
                 "means of tenths of people by prediction.");
      page.chart(residual_chart(e, m), "Observed minus predicted values.");
    }
  }
  if (e.is(OutcomeKind::kSurvival)) add_survival(page, e);
  add_metrics(page, e);
  if (e.is(OutcomeKind::kBinary)) add_thresholds(page, e);
  if (e.is(OutcomeKind::kMulticlass)) add_confusion(page, e);
  add_subgroups(page, e);
  add_comparison(page, e);
  add_methods(page, e);
  return page;
}

}  // namespace gcrisk::pipeline
