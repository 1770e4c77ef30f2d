// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

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

struct ScanCharts {
  report::Chart manhattan;
  report::Chart qq;
};
ScanCharts scan_charts(const report::ScanPlots& plots);

// The page with Manhattan and QQ plots and the best variants.
std::string scan_page(const select::Task& task,
                      const ScanSettings& settings,
                      const ScanResult& result,
                      const ScanCharts& charts,
                      const SelectedTable& table,
                      std::size_t n_selected);

}  // namespace gcrisk::pipeline
