// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "comparison.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/tsv.hpp"
#include "measure_of.hpp"
#include "page.hpp"
#include "rubric.hpp"

namespace gcrisk::pipeline {

namespace {

using base::Json;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string upper_name(std::string metric) {
  for (char& c : metric) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return metric;
}

const MetricRow* find_metric_row(const RowResult& row, std::string metric) {
  for (char& c : metric) c = c == '-' ? '_' : c;
  for (const MetricRow& m : row.metrics) {
    if (m.metric == metric) return &m;
  }
  return nullptr;
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

void write_table(base::OutputFile& file, const Comparison& c, bool times) {
  const auto metrics = compare_metrics(c.kind);
  std::vector<std::string> header = {"MODEL", "INPUTS", "N", "EVENTS", "FEATURES"};
  for (const auto& metric : metrics) {
    for (const char* part : {"", "_LO", "_HI"}) header.push_back(upper_name(metric) + part);
  }
  for (const char* name : {"MEAN_RANK",
                           "FIT_S",
                           "PREDICT_S",
                           "HOURS",
                           "PEAK_MIB",
                           "INTERPRETABILITY",
                           "PRIVACY",
                           "FAILURE"}) {
    header.emplace_back(name);
  }
  io::TsvWriter out(file, header);
  std::size_t fitted = 0;
  for (const RowResult& row : c.rows) {
    const bool failed = !row.failure.empty();
    out.text(row.row.model()).text(row.row.inputs);
    out.integer(static_cast<std::int64_t>(row.people.size()));
    out.number(failed ? kNaN : static_cast<double>(row.people.n_events()), 12);
    out.number(failed ? kNaN : static_cast<double>(row.n_features), 12);
    for (const auto& metric : metrics) {
      const MetricRow* found = find_metric_row(row, metric);
      out.number(found ? found->value : kNaN);
      out.number(found ? found->low : kNaN);
      out.number(found ? found->high : kNaN);
    }
    out.number(failed ? kNaN : c.ranks.mean_rank[fitted++], 4);
    const bool timed = times && !failed;
    out.number(timed ? row.fit_s : kNaN, 4).number(timed ? row.predict_s : kNaN, 4);
    out.number(timed ? row.hours() : kNaN, 4);
    out.number(timed ? mebibytes(row.peak_memory_bytes) : kNaN, 4);
    const Marks marks = marks_of(row.row);
    out.integer(marks.interpretability).integer(marks.privacy);
    out.text(failed ? row.failure : "NA").end_row();
  }
}

Json test_json(const PairedTest& t) {
  return {{"first", t.first},
          {"second", t.second},
          {"difference", number(t.difference)},
          {"low", number(t.low)},
          {"high", number(t.high)},
          {"p_delong", number(t.p)},
          {"p_mcnemar", number(t.p_mcnemar)},
          {"p_folds", number(t.p_folds)}};
}

Json kinship_json(const KinshipAcross& k) {
  if (!k.not_looked_at.empty()) return {{"not_looked_at", k.not_looked_at}};
  return {{"variants", k.n_variants},
          {"pairs", k.n_pairs},
          {"pairs_across_folds", k.n_across},
          {"largest_across_folds", k.n_across > 0 ? Json(k.largest) : Json()}};
}

Json to_json(const Comparison& c, bool times) {
  Json out;
  out["outcome"] = c.outcome_name;
  out["kind"] = std::string(cohort::to_string(c.kind));
  out["people"] = c.n_people;
  out["folds"] = c.n_folds;
  out["repeats"] = c.n_repeats;
  out["level"] = c.level;
  out["simulated"] = c.simulated;
  out["rows"] = Json::array();
  for (const RowResult& row : c.rows) {
    Json entry = {{"model", row.row.model()},
                  {"inputs", row.row.inputs},
                  {"parameters", row.row.parameters.to_json()},
                  {"interpretability", marks_of(row.row).interpretability},
                  {"privacy", marks_of(row.row).privacy}};
    if (!row.failure.empty()) {
      entry["failure"] = row.failure;
      out["rows"].push_back(std::move(entry));
      continue;
    }
    entry["features"] = row.n_features;
    for (const MetricRow& m : row.metrics) {
      entry["metrics"][m.metric] = {{"value", number(m.value)},
                                    {"low", number(m.low)},
                                    {"high", number(m.high)},
                                    {"method", m.method}};
    }
    entry["by_fold"] = Json::array();
    for (const double value : row.by_fold) entry["by_fold"].push_back(number(value));
    if (times) {
      entry["fit_s"] = row.fit_s;
      entry["hours"] = row.hours();
      entry["predict_s"] = row.predict_s;
      entry["peak_memory_bytes"] = row.peak_memory_bytes;
    }
    out["rows"].push_back(std::move(entry));
  }
  out["tests"] = Json::array();
  for (const PairedTest& t : c.tests) out["tests"].push_back(test_json(t));
  out["friedman"] = {{"f", number(c.ranks.statistic)},
                     {"p", number(c.ranks.p)},
                     {"nemenyi_critical_difference", number(c.ranks.critical_difference)},
                     {"mean_ranks", c.ranks.mean_rank}};
  out["value_of_the_genome"] = Json::array();
  for (const GenomeValue& g : c.genome) {
    out["value_of_the_genome"].push_back({{"model", g.model},
                                          {"measure", g.measure},
                                          {"difference", test_json(g.area)},
                                          {"net_benefit_difference", number(g.net_benefit)},
                                          {"calibration_slope_clinical", number(g.slope_clinical)},
                                          {"calibration_slope_all", number(g.slope_all)},
                                          {"sentence", g.sentence}});
  }
  const Certificate& k = c.certificate;
  out["certificate"] = {{"folds", k.n_folds},
                        {"people_on_both_sides", k.n_shared_people},
                        {"groups_on_both_sides", k.has_groups ? Json(k.n_shared_groups) : Json()},
                        {"fitted_on", Json::array()},
                        {"kinship", kinship_json(k.kinship)},
                        {"index_date",
                         {{"known", k.dates.known},
                          {"rule", k.dates.known ? Json(k.dates.rule) : Json()},
                          {"events_left_out", k.dates.n_left_out},
                          {"finding", k.dates.finding}}}};
  for (const CertifiedFold& fold : k.folds) {
    Json parts = Json::array();
    for (const FittedOn& f : fold.fitted) {
      parts.push_back({{"part", f.part}, {"people", f.n_people}, {"hash", f.people}});
    }
    out["certificate"]["fitted_on"].push_back(
        {{"repeat", fold.repeat}, {"fold", fold.fold}, {"rows", fold.rows}, {"parts", parts}});
  }
  if (k.has_permuted) {
    out["certificate"]["permuted_outcome"] = {{"model", k.permuted_model},
                                              {"value", number(k.permuted)},
                                              {"low", number(k.permuted_low)},
                                              {"high", number(k.permuted_high)},
                                              {"chance", k.chance}};
  }
  if (c.paper) {
    out["paper"] = {{"name", c.paper->name}, {"figures", Json::array()}};
    for (const PaperFigure& f : c.paper->figures) {
      out["paper"]["figures"].push_back({{"model", f.model},
                                         {"metric", f.metric},
                                         {"note", f.note},
                                         {"published", f.value},
                                         {"ours", number(f.our_value)},
                                         {"low", number(f.low)},
                                         {"high", number(f.high)},
                                         {"verdict", f.verdict}});
    }
  }
  out["selected_variants"] = Json::array();
  for (const auto& v : c.frequencies) {
    out["selected_variants"].push_back(
        {{"variant", v.key},
         {"folds", v.n_folds},
         {"share", static_cast<double>(v.n_folds) / static_cast<double>(k.n_folds)}});
  }
  return out;
}

void write_paper(base::OutputFile& file, const Paper& paper) {
  io::TsvWriter out(file, {"#MODEL", "METRIC", "NOTE", "PUBLISHED", "OURS", "LO", "HI", "VERDICT"});
  const auto cell = [](const std::string& text) { return text.empty() ? "NA" : text; };
  for (const PaperFigure& f : paper.figures) {
    out.text(f.model).text(cell(f.metric)).text(cell(f.note)).number(f.value);
    out.number(f.our_value).number(f.low).number(f.high).text(f.verdict).end_row();
  }
}

std::string markdown_table(const report::PageTable& table) {
  std::string out = "|";
  for (const auto& cell : table.header) out += " " + cell + " |";
  out += "\n|";
  for (std::size_t i = 0; i < table.header.size(); ++i) out += "---|";
  out += "\n";
  for (const auto& row : table.rows) {
    out += "|";
    for (const auto& cell : row) out += " " + cell + " |";
    out += "\n";
  }
  return out;
}

std::string markdown(const Comparison& c, bool times) {
  std::string out = "# " + c.outcome_name + "\n\n" + design_sentence(c) + "\n\n" +
                    markdown_table(comparison_table(c, times));
  for (const GenomeValue& g : c.genome) out += "\n" + g.sentence + "\n";
  if (c.paper) {
    out += "\n## Beside " + c.paper->name + "\n\n" + paper_sentence(c) + "\n\n" +
           markdown_table(paper_table(*c.paper));
  }
  for (const std::string& line : certificate_lines(c.certificate)) out += "\n* " + line;
  return out + "\n\nFor research use only.\n";
}

}  // namespace

void write_comparison(base::OutputSet& outputs, const Comparison& comparison, bool times) {
  write_table(outputs.open(".tsv"), comparison, times);
  if (comparison.paper) write_paper(outputs.open(".paper.tsv"), *comparison.paper);
  outputs.open(".json").write(to_json(comparison, times).dump(1) + "\n");
  outputs.open(".md").write(markdown(comparison, times));
  outputs.open(".html").write(comparison_page(comparison, times).html());
}

}  // namespace gcrisk::pipeline
