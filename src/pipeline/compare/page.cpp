// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "page.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gcrisk/base/text.hpp"
#include "measure_of.hpp"
#include "rubric.hpp"

namespace gcrisk::pipeline {

namespace {

using report::Chart;
using report::Mark;
using report::MarkKind;

std::string with_interval(const MetricRow& row) {
  std::string text = base::format_number(row.value, 3);
  if (!std::isnan(row.low)) {
    text +=
        " (" + base::format_number(row.low, 3) + " to " + base::format_number(row.high, 3) + ")";
  }
  return text;
}

std::string p_text(double p) {
  if (std::isnan(p)) return "–";
  return p < 0.001 ? "< 0.001" : base::format_number(p, 2);
}

Chart forest(const Comparison& c) {
  std::vector<const RowResult*> rows;
  for (const RowResult& row : c.rows) {
    if (row.failure.empty()) rows.push_back(&row);
  }
  const std::string title = rows.front()->metrics.front().title;
  Chart chart(title + " of every model", "The measure with its interval, one line a model");
  chart.x.title = title;
  chart.y().grid = false;
  chart.width = 720;
  const auto n = static_cast<double>(rows.size());
  chart.y().min = 0.4;
  chart.y().max = n + 0.6;
  chart.height = static_cast<int>(110 + 26 * n);
  Mark bars{.kind = MarkKind::kIntervalsX, .colour = 0, .size = 2};
  Mark dots{.kind = MarkKind::kPoints, .colour = 0, .size = 4.5};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double at = n - static_cast<double>(i);
    const MetricRow& row = rows[i]->metrics.front();
    const std::string name = rows[i]->row.model() + ", " + rows[i]->row.inputs;
    chart.y().ticks.emplace_back(at, name);
    chart.y().far_labels.emplace_back(at, with_interval(row));
    bars.y.push_back(at);
    bars.low.push_back(row.low);
    bars.high.push_back(row.high);
    dots.x.push_back(row.value);
    dots.y.push_back(at);
    dots.labels.push_back(name + ": " + with_interval(row));
  }
  if (c.kind == cohort::OutcomeKind::kBinary || c.kind == cohort::OutcomeKind::kSurvival) {
    chart.add({.kind = MarkKind::kVertical, .x = {0.5}, .colour = report::kMuted, .dashed = true});
  }
  chart.add(std::move(bars)).add(std::move(dots));
  return chart;
}

report::PageTable tests_table(const Comparison& c) {
  report::PageTable table;
  table.caption =
      "Difference of the first measure. DeLong: one test of all people together; "
      "McNemar: who is classified rightly; folds: corrected resampled t test (Nadeau "
      "and Bengio 2003). Not adjusted for the number of rows.";
  table.header = {"against the best", "difference", "interval", "DeLong p", "McNemar p", "folds p"};
  for (const PairedTest& t : c.tests) {
    table.rows.push_back({t.first + " − " + t.second,
                          base::format_number(t.difference, 3),
                          base::format_number(t.low, 3) + " to " + base::format_number(t.high, 3),
                          p_text(t.p),
                          p_text(t.p_mcnemar),
                          p_text(t.p_folds)});
  }
  return table;
}

}  // namespace

std::string design_sentence(const Comparison& c) {
  return "Cross-validation with " + std::to_string(c.n_folds) + " folds" +
         (c.n_repeats > 1 ? ", repeated " + std::to_string(c.n_repeats) + " times" : "") + ", " +
         base::format_count(c.n_people) +
         " people: preprocessing, selection and model are fitted anew to each fold's training "
         "people, and everybody is judged by models that had not seen them.";
}

report::PageTable comparison_table(const Comparison& c, bool times) {
  report::PageTable table;
  table.header = {"model", "inputs"};
  const RowResult* some = nullptr;
  for (const RowResult& row : c.rows) {
    if (row.failure.empty() && some == nullptr) some = &row;
  }
  const std::size_t n_metrics = some == nullptr ? 0 : some->metrics.size();
  for (std::size_t m = 0; m < n_metrics; ++m) table.header.push_back(some->metrics[m].title);
  if (times) {
    for (const char* name : {"fit, s", "predict, s", "memory, MiB"})
      table.header.emplace_back(name);
  }
  table.header.insert(table.header.end(), {"interpretability", "privacy"});
  for (const RowResult& row : c.rows) {
    std::vector<std::string> cells = {row.row.model(), row.row.inputs};
    if (!row.failure.empty()) {
      cells.push_back("failed: " + row.failure);
    } else {
      for (const MetricRow& metric : row.metrics) cells.push_back(with_interval(metric));
      if (times) {
        cells.push_back(base::format_number(row.fit_s, 3));
        cells.push_back(base::format_number(row.predict_s, 3));
        cells.push_back(
            base::format_number(static_cast<double>(row.peak_memory_bytes) / (1 << 20), 3));
      }
      const Marks marks = marks_of(row.row);
      cells.push_back(std::to_string(marks.interpretability));
      cells.push_back(std::to_string(marks.privacy));
    }
    cells.resize(table.header.size());
    table.rows.push_back(std::move(cells));
  }
  table.numeric.assign(table.header.size(), true);
  table.numeric[0] = table.numeric[1] = false;
  table.caption = "Intervals at " + base::format_number(100 * c.level, 3) +
                  " %. Times and memory are those of one fold; marks go from 1 to 5, by the "
                  "rubric of the documentation.";
  return table;
}

report::PageTable paper_table(const Paper& paper) {
  report::PageTable table;
  table.caption = paper.name + (paper.table.empty() ? "" : ", table " + paper.table);
  table.header = {"the paper's model", "measure", "published", "ours", "verdict"};
  table.numeric = {false, false, true, true, false};
  for (const PaperFigure& f : paper.figures) {
    std::string ours = "–";
    if (!std::isnan(f.our_value)) {
      ours = f.ours + ", " + f.inputs + ": " + base::format_number(f.our_value, 3);
      if (!std::isnan(f.low)) {
        ours +=
            " (" + base::format_number(f.low, 3) + " to " + base::format_number(f.high, 3) + ")";
      }
    }
    const std::string measure = f.metric.empty() ? f.note
                                : f.note.empty() ? f.metric
                                                 : f.metric + " (" + f.note + ")";
    table.rows.push_back({f.model, measure, base::format_number(f.value, 3), ours, f.verdict});
  }
  return table;
}

std::string paper_sentence(const Comparison& c) {
  const auto n = [&](const char* verdict) {
    return std::count_if(c.paper->figures.begin(),
                         c.paper->figures.end(),
                         [&](const PaperFigure& f) { return f.verdict == verdict; });
  };
  const auto judged = n("within") + n("outside");
  return "Of " + std::to_string(c.paper->figures.size()) + " published figures " +
         std::to_string(judged) + " could be judged; " + std::to_string(n("within")) +
         " lie in the interval of ours. The paper's data are not public" +
         (c.simulated ? ", and the people here are simulated" : "") +
         ": this compares settings, not people.";
}

report::Page comparison_page(const Comparison& c, bool times) {
  report::Page page("Models for " + c.outcome_name, design_sentence(c));
  if (c.simulated) page.badge("simulated data");
  page.fact("people", base::format_count(c.n_people));
  page.fact("folds", std::to_string(c.n_folds * c.n_repeats));
  page.fact("models", std::to_string(c.rows.size()));
  const bool any = std::any_of(
      c.rows.begin(), c.rows.end(), [](const RowResult& row) { return row.failure.empty(); });
  page.section("The comparison");
  if (any) page.wide_chart(forest(c), "Dots are all people together, bars their intervals.");
  page.table(comparison_table(c, times));
  for (const RowResult& row : c.rows) {
    if (row.failure.empty()) continue;
    page.note(report::NoteKind::kWarning,
              row.row.model() + ", " + row.row.inputs + ": " + row.failure);
  }
  if (!c.genome.empty()) {
    page.section("The value of the genome");
    for (const GenomeValue& g : c.genome) {
      std::string more;
      if (!std::isnan(g.net_benefit)) {
        more = " Net benefit at the share of cases changes by " +
               base::format_number(g.net_benefit, 2) + ", the calibration slope from " +
               base::format_number(g.slope_clinical, 3) + " to " +
               base::format_number(g.slope_all, 3) + ".";
      }
      page.paragraph(g.sentence + more);
    }
  }
  if (!c.tests.empty()) {
    page.section("Tests");
    page.table(tests_table(c));
    if (!std::isnan(c.ranks.p)) {
      page.paragraph("Friedman's test over folds: p " + p_text(c.ranks.p) +
                     (std::isnan(c.ranks.critical_difference)
                          ? std::string()
                          : "; mean ranks that differ by less than " +
                                base::format_number(c.ranks.critical_difference, 3) +
                                " cannot be told apart (Nemenyi, 5 %)") +
                     ".");
    }
  }
  if (c.paper) {
    page.section("Beside " + c.paper->name, paper_sentence(c));
    page.table(paper_table(*c.paper));
  }
  page.section("Leakage certificate");
  page.list(certificate_lines(c.certificate));
  if (!c.frequencies.empty()) {
    report::PageTable table;
    table.caption = "In how many of " + std::to_string(c.n_folds * c.n_repeats) +
                    " folds a variant was selected";
    table.header = {"variant", "folds"};
    for (std::size_t i = 0; i < std::min<std::size_t>(200, c.frequencies.size()); ++i) {
      table.rows.push_back({c.frequencies[i].key, std::to_string(c.frequencies[i].n_folds)});
    }
    page.folded_table("Variants by how often they were selected", table);
  }
  page.made_by(c.made_by);
  return page;
}

}  // namespace gcrisk::pipeline
