// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "select_permutations.hpp"

#include <algorithm>
#include <cmath>

#include "gcrisk/base/random.hpp"

namespace gcrisk::pipeline {

using genotype::GenotypeCounts;

Permutations::Permutations(const select::Task& task, std::uint64_t n, std::uint64_t seed) {
  const std::vector<std::int32_t> class_of = task.class_of();
  std::vector<std::size_t> rows;
  std::vector<std::int32_t> classes;
  for (std::size_t i = 0; i < class_of.size(); ++i) {
    if (class_of[i] < 0) continue;
    rows.push_back(i);
    classes.push_back(class_of[i]);
  }
  counters_.reserve(n);
  for (std::uint64_t k = 0; k < n; ++k) {
    std::vector<std::int32_t> dealt = classes;
    base::Random(seed, "select permutation", k).shuffle(std::span(dealt));
    std::vector<std::int32_t> permuted(class_of.size(), -1);
    for (std::size_t i = 0; i < rows.size(); ++i) permuted[rows[i]] = dealt[i];
    counters_.emplace_back(permuted, task.n_classes());
  }
}

std::vector<double> Permutations::p_values(const genotype::GenotypeView& genotypes,
                                           std::size_t first,
                                           std::size_t last,
                                           std::span<const GenotypeCounts> counts,
                                           const select::Selector& selector,
                                           std::vector<double>& statistics,
                                           std::vector<double>& max_by_permutation) const {
  const std::size_t n_classes = counts.size() / (last - first);
  std::vector<double> out(last - first);
  statistics.resize(last - first);
  max_by_permutation.assign(counters_.size(), 0);
  std::vector<GenotypeCounts> permuted(n_classes);
  genotype::RowScratch scratch;
  for (std::size_t i = 0; i < last - first; ++i) {
    const double observed = selector.permuted_statistic(counts.subspan(i * n_classes, n_classes));
    statistics[i] = observed;
    if (std::isnan(observed)) {
      out[i] = observed;
      continue;
    }
    // Equal tables must count as equal although their sums are rounded.
    const double limit = observed * (1 - 1e-12);
    const std::uint8_t* row = genotypes.row(first + i, scratch);
    std::size_t as_large = 0;
    for (std::size_t k = 0; k < counters_.size(); ++k) {
      counters_[k].count(row, permuted);
      const double statistic = selector.permuted_statistic(permuted);
      if (statistic >= limit) ++as_large;
      if (statistic > max_by_permutation[k]) max_by_permutation[k] = statistic;
    }
    out[i] = static_cast<double>(as_large + 1) / static_cast<double>(counters_.size() + 1);
  }
  return out;
}

}  // namespace gcrisk::pipeline
