// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "evaluation.hpp"
#include "gcrisk/base/json.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/tsv.hpp"

namespace gcrisk::pipeline {

namespace {

using base::Json;
using cohort::OutcomeKind;
using evaluate::Scored;
using io::TsvWriter;

constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

void write_rows(TsvWriter& writer,
                const Evaluation& e,
                const std::string& model,
                const std::string& subgroup,
                const std::vector<MetricRow>& rows) {
  for (const MetricRow& row : rows) {
    writer.text(model).text(e.outcome_name).text(e.set).text(subgroup).text(row.metric);
    writer.integer(static_cast<std::int64_t>(row.n)).number(row.events, 12).number(row.value);
    writer.number(row.low).number(row.high).text(row.method);
    writer.end_row();
  }
}

void write_metrics(base::OutputSet& outputs, const Evaluation& e) {
  TsvWriter writer(outputs.open(".metrics.tsv"),
                   {"MODEL",
                    "OUTCOME",
                    "SET",
                    "SUBGROUP",
                    "METRIC",
                    "N",
                    "EVENTS",
                    "VALUE",
                    "LO",
                    "HI",
                    "METHOD"});
  for (const ModelResult& model : e.models) {
    write_rows(writer, e, model.name, "all", model.rows);
    write_rows(writer, e, model.name, "all", model.per_class);
  }
  for (const Subgroup& group : e.subgroups) {
    write_rows(writer, e, e.models.front().name, group.column + "=" + group.level, group.rows);
  }
}

Json rows_json(const std::vector<MetricRow>& rows) {
  Json out = Json::array();
  for (const MetricRow& row : rows) {
    out.push_back({{"metric", row.metric},
                   {"n", row.n},
                   {"events", number(row.events)},
                   {"value", number(row.value)},
                   {"low", number(row.low)},
                   {"high", number(row.high)},
                   {"method", row.method}});
  }
  return out;
}

void write_json(base::OutputSet& outputs, const Evaluation& e) {
  Json out;
  out["outcome"] = e.outcome_name;
  out["kind"] = std::string(cohort::to_string(e.kind));
  out["set"] = e.set;
  out["simulated"] = e.simulated;
  out["interval_level"] = e.level;
  out["bootstrap_samples"] = e.replicates;
  out["models"] = Json::array();
  for (const ModelResult& model : e.models) {
    Json one;
    one["model"] = model.name;
    one["n"] = model.people.size();
    if (e.is(OutcomeKind::kBinary)) {
      one["threshold"] = {{"value", number(model.people.threshold)},
                          {"rule", model.threshold.rule},
                          {"chosen_on", model.threshold.chosen_on}};
    }
    one["metrics"] = rows_json(model.rows);
    if (!model.per_class.empty()) one["per_class"] = rows_json(model.per_class);
    out["models"].push_back(std::move(one));
  }
  if (!e.subgroups.empty()) out["subgroups"] = Json::array();
  for (const Subgroup& group : e.subgroups) {
    out["subgroups"].push_back({{"column", group.column},
                                {"level", group.level},
                                {"n", group.n},
                                {"events", group.events},
                                {"few_people", group.small},
                                {"metrics", rows_json(group.rows)}});
  }
  if (!e.differences.empty()) out["comparison"] = Json::array();
  for (const auto& d : e.differences) {
    out["comparison"].push_back({{"metric", d.metric},
                                 {"first", number(d.first)},
                                 {"second", number(d.second)},
                                 {"difference", number(d.difference)},
                                 {"low", number(d.low)},
                                 {"high", number(d.high)},
                                 {"p", number(d.p)},
                                 {"method", d.method}});
  }
  if (!e.risk_groups.empty()) {
    out["log_rank"] = {{"chi_square", number(e.log_rank.chi_square)},
                       {"degrees_of_freedom", e.log_rank.degrees_of_freedom},
                       {"p", number(e.log_rank.p)},
                       {"groups_cut_on", e.risk_groups_cut_on}};
  }
  out["notes"] = e.notes;
  out["warnings"] = e.warnings;
  outputs.open(".metrics.json").write(out.dump(2) + "\n");
}

void write_binary_curves(base::OutputSet& outputs, const Evaluation& e) {
  {
    TsvWriter writer(outputs.open(".roc.tsv"),
                     {"MODEL", "THRESHOLD", "SENSITIVITY", "SPECIFICITY", "FPR"});
    for (const ModelResult& model : e.models) {
      for (const auto& point : evaluate::roc_curve(model.people)) {
        writer.text(model.name).number(point.threshold, 9).number(point.sensitivity);
        writer.number(point.specificity).number(1 - point.specificity);
        writer.end_row();
      }
    }
  }
  {
    TsvWriter writer(outputs.open(".pr.tsv"), {"MODEL", "THRESHOLD", "RECALL", "PRECISION"});
    for (const ModelResult& model : e.models) {
      for (const auto& point : evaluate::pr_curve(model.people)) {
        writer.text(model.name).number(point.threshold, 9).number(point.recall);
        writer.number(point.precision);
        writer.end_row();
      }
    }
  }
  {
    TsvWriter writer(
        outputs.open(".calibration.tsv"),
        {"MODEL", "KIND", "RISK_LO", "RISK_HI", "RISK", "N", "EVENTS", "OBSERVED", "LO", "HI"});
    for (const ModelResult& model : e.models) {
      for (const auto& bin : evaluate::calibration_bins(model.people, 10, e.level)) {
        writer.text(model.name).text("group").number(bin.low).number(bin.high);
        writer.number(bin.mean_risk).integer(static_cast<std::int64_t>(bin.n));
        writer.integer(static_cast<std::int64_t>(bin.events)).number(bin.observed);
        writer.number(bin.observed_low).number(bin.observed_high);
        writer.end_row();
      }
      for (const auto& point : evaluate::calibration_smooth(model.people, e.level)) {
        writer.text(model.name).text("smooth").number(kNotKnown).number(kNotKnown);
        writer.number(point.risk).text("NA").text("NA").number(point.observed);
        writer.number(point.low).number(point.high);
        writer.end_row();
      }
    }
  }
  {
    TsvWriter writer(
        outputs.open(".decision.tsv"),
        {"MODEL", "THRESHOLD", "NET_BENEFIT", "TREAT_ALL", "TREAT_NONE", "STANDARDISED"});
    for (const ModelResult& model : e.models) {
      if (model.people.risk.empty()) continue;
      for (const auto& point : evaluate::decision_curve(model.people)) {
        writer.text(model.name).number(point.threshold).number(point.model);
        writer.number(point.treat_all).number(point.treat_none).number(point.standardised);
        writer.end_row();
      }
    }
  }
}

void write_thresholds(base::OutputSet& outputs, const Evaluation& e) {
  TsvWriter writer(outputs.open(".thresholds.tsv"),
                   {"MODEL",
                    "THRESHOLD",
                    "IN_USE",
                    "FLAGGED",
                    "TP",
                    "FP",
                    "TN",
                    "FN",
                    "SENSITIVITY",
                    "SPECIFICITY",
                    "PPV",
                    "NPV",
                    "F1",
                    "ACCURACY",
                    "YOUDEN",
                    "NET_BENEFIT"});
  const auto share = [](double a, double b) { return b > 0 ? a / b : kNotKnown; };
  for (const ModelResult& model : e.models) {
    const std::vector<double> all(model.people.size(), 1.0);
    for (const double threshold : table_thresholds(model.people)) {
      const auto t = evaluate::confusion(model.people, all, threshold);
      const double sensitivity = share(t.tp, t.tp + t.fn);
      const double specificity = share(t.tn, t.tn + t.fp);
      writer.text(model.name).number(threshold).integer(threshold == model.people.threshold);
      for (const double count : {t.tp + t.fp, t.tp, t.fp, t.tn, t.fn}) {
        writer.integer(static_cast<std::int64_t>(count));
      }
      writer.number(sensitivity).number(specificity).number(share(t.tp, t.tp + t.fp));
      writer.number(share(t.tn, t.tn + t.fn)).number(share(2 * t.tp, 2 * t.tp + t.fp + t.fn));
      writer.number(share(t.tp + t.tn, t.tp + t.fp + t.tn + t.fn));
      writer.number(sensitivity + specificity - 1);
      writer.number(model.people.risk.empty()
                        ? kNotKnown
                        : evaluate::net_benefit(model.people, all, threshold));
      writer.end_row();
    }
  }
}

void write_confusion(base::OutputSet& outputs, const Evaluation& e) {
  TsvWriter writer(outputs.open(".confusion.tsv"),
                   {"MODEL", "TRUTH", "PREDICTED", "N", "SHARE_OF_TRUTH"});
  for (const ModelResult& model : e.models) {
    const Scored& people = model.people;
    const std::size_t k = e.levels.size();
    std::vector<std::vector<std::int64_t>> counts(k, std::vector<std::int64_t>(k, 0));
    for (std::size_t i = 0; i < people.size(); ++i) {
      Eigen::Index predicted = people.rank[i] >= people.threshold ? 1 : 0;
      if (e.is(OutcomeKind::kMulticlass)) {
        people.class_risk.row(static_cast<Eigen::Index>(i)).maxCoeff(&predicted);
      }
      ++counts[static_cast<std::size_t>(people.truth[i])][static_cast<std::size_t>(predicted)];
    }
    for (std::size_t a = 0; a < k; ++a) {
      std::int64_t all = 0;
      for (const std::int64_t count : counts[a]) all += count;
      for (std::size_t b = 0; b < k; ++b) {
        writer.text(model.name).text(e.levels[a]).text(e.levels[b]).integer(counts[a][b]);
        writer.number(all > 0 ? static_cast<double>(counts[a][b]) / static_cast<double>(all)
                              : kNotKnown);
        writer.end_row();
      }
    }
  }
}

void write_survival(base::OutputSet& outputs, const Evaluation& e) {
  TsvWriter writer(outputs.open(".km.tsv"),
                   {"GROUP", "TIME", "SURVIVAL", "LO", "HI", "AT_RISK", "EVENTS", "CENSORED"});
  for (const RiskGroup& group : e.risk_groups) {
    for (const auto& point : group.curve) {
      writer.text(group.name).number(point.time, 9).number(point.survival).number(point.low);
      writer.number(point.high).integer(static_cast<std::int64_t>(point.at_risk));
      writer.integer(static_cast<std::int64_t>(point.events));
      writer.integer(static_cast<std::int64_t>(point.censored));
      writer.end_row();
    }
  }
}

void write_comparison(base::OutputSet& outputs, const Evaluation& e) {
  TsvWriter writer(outputs.open(".against.tsv"),
                   {"FIRST",
                    "SECOND",
                    "METRIC",
                    "VALUE_FIRST",
                    "VALUE_SECOND",
                    "DIFFERENCE",
                    "LO",
                    "HI",
                    "P",
                    "METHOD"});
  for (const auto& d : e.differences) {
    writer.text(e.models[0].name).text(e.models[1].name).text(d.metric).number(d.first);
    writer.number(d.second).number(d.difference).number(d.low).number(d.high).number(d.p);
    writer.text(d.method);
    writer.end_row();
  }
}

}  // namespace

std::vector<double> table_thresholds(const Scored& people) {
  std::set<double> thresholds;
  for (int percent = 1; percent < 100; ++percent) thresholds.insert(percent / 100.0);
  if (!std::isnan(people.threshold)) thresholds.insert(people.threshold);
  return {thresholds.begin(), thresholds.end()};
}

void write_tables(base::OutputSet& outputs, const Evaluation& e) {
  write_metrics(outputs, e);
  write_json(outputs, e);
  if (e.is(OutcomeKind::kBinary)) {
    write_binary_curves(outputs, e);
    const bool has_threshold = !std::isnan(e.models.front().people.threshold);
    if (has_threshold) {
      write_thresholds(outputs, e);
      write_confusion(outputs, e);
    }
  }
  if (e.is(OutcomeKind::kMulticlass)) write_confusion(outputs, e);
  if (e.is(OutcomeKind::kSurvival)) write_survival(outputs, e);
  if (!e.differences.empty()) write_comparison(outputs, e);
}

}  // namespace gcrisk::pipeline
