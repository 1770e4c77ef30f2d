// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "features.hpp"

#include <algorithm>
#include <cmath>

namespace gcrisk::models::trees {

BinnedColumn bin_column(const double* values, std::size_t n) {
  constexpr std::size_t kMostBins = 255;
  std::vector<double> sorted;
  sorted.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isnan(values[i])) sorted.push_back(values[i]);
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> distinct = sorted;
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());

  BinnedColumn column;
  const auto midpoint = [](double low, double high) {
    const double middle = low + (high - low) / 2;
    return middle < high ? middle : low;
  };
  if (distinct.size() <= kMostBins) {
    for (std::size_t d = 1; d < distinct.size(); ++d) {
      column.cuts.push_back(midpoint(distinct[d - 1], distinct[d]));
    }
  } else {
    for (std::size_t q = 1; q < kMostBins; ++q) {
      const double low = sorted[q * sorted.size() / kMostBins - 1];
      const auto next = std::upper_bound(distinct.begin(), distinct.end(), low);
      if (next == distinct.end()) break;
      const double cut = midpoint(low, *next);
      if (column.cuts.empty() || cut > column.cuts.back()) column.cuts.push_back(cut);
    }
  }
  column.bins.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    column.bins[i] = std::isnan(values[i])
                         ? BinnedColumn::kMissingBin
                         : static_cast<std::uint8_t>(
                               std::lower_bound(column.cuts.begin(), column.cuts.end(), values[i]) -
                               column.cuts.begin());
  }
  return column;
}

Features::Features(const cohort::Dataset& data, const base::Context& context)
    : n_samples_(data.n_samples()),
      genotypes_(data.genotypes.compact()),
      tiles_(genotypes_, context) {
  for (const Eigen::MatrixXd* part : {&data.clinical, &data.molecular}) {
    for (Eigen::Index c = 0; c < part->cols(); ++c) {
      columns_.push_back(bin_column(part->col(c).data(), n_samples_));
    }
  }
}

}  // namespace gcrisk::models::trees
