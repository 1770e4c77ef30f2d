// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "select_output.hpp"

#include <algorithm>

#include "gcrisk/base/text.hpp"

namespace gcrisk::pipeline {

namespace {

std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells;
  for (const auto cell : base::split(row, '\t')) cells.emplace_back(cell);
  return cells;
}

}  // namespace

std::string SelectedTable::text() const {
  std::string out = header + "\n";
  for (const auto& row : rows) (out += row) += '\n';
  return out;
}

SelectedTable selected_table(const ScanSettings& settings,
                             const ScanResult& result,
                             const Choice& choice,
                             const std::vector<select::Effect>& fits) {
  SelectedTable table;
  table.header = result.header + "\tP_BONFERRONI\tP_FDR";
  if (settings.n_permutations > 0) table.header += "\tP_MAXT";
  if (!settings.order.empty()) table.header += "\t" + settings.order.column;
  if (!fits.empty()) table.header += "\tBETA_FIT\tSE_FIT\tP_FIT\tFIT";
  const auto n_tested = static_cast<double>(result.p.size());
  for (std::size_t i = 0; i < choice.chosen.size(); ++i) {
    const Candidate& candidate = result.candidates[choice.chosen[i]];
    std::string& row = table.rows.emplace_back(candidate.row);
    const auto add = [&row](double value) { base::append_number(row += '\t', value); };
    add(std::min(1.0, candidate.p * n_tested));
    add(choice.q[choice.chosen[i]]);
    if (settings.n_permutations > 0) add(candidate.p_max_t);
    if (!settings.order.empty()) add(settings.order.ranks.at(candidate.index).value);
    if (fits.empty()) continue;
    if (i < fits.size()) {
      for (const double value : {fits[i].beta, fits[i].se, fits[i].p}) add(value);
      (row += '\t') += select::to_string(fits[i].kind);
    } else {
      row += "\tNA\tNA\tNA\tNA";
    }
  }
  return table;
}

report::Page new_scan_page(const select::Task& task, const ScanSettings& settings) {
  const select::SelectorEntry& method = *settings.methods[settings.rank_by];
  report::Page page("Variants for " + task.outcome.name, method.title);
  page.section("The scan", method.purpose);
  return page;
}

void add_charts(report::Page& page, const report::ScanPlots& plots) {
  page.wide_chart(plots.manhattan("P-values along the genome"),
                  "Each point is a variant; lines at 5e-8 and 1e-5.");
  page.chart(plots.qq("Observed against expected"),
             "With the 95 % band of order statistics under no association.");
}

void add_results(report::Page& page,
                 const select::Task& task,
                 const ScanSettings& settings,
                 const ScanResult& result,
                 const SelectedTable& table) {
  page.fact("samples", base::format_count(task.n_in_use()));
  page.fact("variants tested", base::format_count(result.p.size()));
  page.fact("selected", base::format_count(table.rows.size()));
  page.fact("genomic inflation", base::format_number(result.plots.lambda_gc(), 4));
  if (!task.covariate_names.empty()) {
    page.fact("adjusted for", base::join(task.covariate_names, ", "));
  }
  if (!settings.order.empty()) {
    page.fact("selected by",
              settings.order.method == "lasso" ? "the order of the lasso" : "elimination");
  }
  page.section("The best variants");
  report::PageTable best;
  best.caption = "At most twenty; all selected variants are in the table of selected variants.";
  best.header = cells_of(table.header);
  best.header.front() = "CHROM";
  for (std::size_t i = 0; i < std::min<std::size_t>(20, table.rows.size()); ++i) {
    best.rows.push_back(cells_of(table.rows[i]));
  }
  page.table(best);
}

}  // namespace gcrisk::pipeline
