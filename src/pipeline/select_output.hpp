// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/report/page.hpp"
#include "gcrisk/select/refit.hpp"
#include "select_scan.hpp"

namespace gcrisk::pipeline {

// Which candidates are selected, best first, and what stands beside them.
struct Choice {
  std::vector<std::size_t> chosen;
  std::vector<double> q;  // Benjamini-Hochberg, of each candidate
};

// P.selected.tsv: the rows of the scan table with what is known only at the end. Cells are joined
// by tabs.
struct SelectedTable {
  std::string header;
  std::vector<std::string> rows;
  std::string text() const;
};
SelectedTable selected_table(const ScanSettings& settings,
                             const ScanResult& result,
                             const Choice& choice,
                             const std::vector<select::Effect>& fits);

// The page with Manhattan and QQ plots and, added when they are known, the best variants.
report::Page new_scan_page(const select::Task& task, const ScanSettings& settings);
void add_charts(report::Page& page, const report::ScanPlots& plots);
void add_results(report::Page& page,
                 const select::Task& task,
                 const ScanSettings& settings,
                 const ScanResult& result,
                 const SelectedTable& table);

}  // namespace gcrisk::pipeline
