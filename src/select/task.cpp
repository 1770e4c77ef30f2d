// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "gcrisk/base/error.hpp"
#include "gcrisk/select/selector.hpp"

namespace gcrisk::select {

std::size_t Task::n_in_use() const {
  return static_cast<std::size_t>(
      std::count_if(in_use.begin(), in_use.end(), [](std::uint8_t used) { return used != 0; }));
}

bool Task::has_classes() const {
  return outcome.kind == cohort::OutcomeKind::kBinary ||
         outcome.kind == cohort::OutcomeKind::kMulticlass;
}

std::size_t Task::n_classes() const { return has_classes() ? outcome.n_classes() : 1; }

std::vector<std::int32_t> Task::class_of() const {
  std::vector<std::int32_t> out(n_samples(), -1);
  for (std::size_t i = 0; i < n_samples(); ++i) {
    if (in_use[i] == 0) continue;
    out[i] = has_classes() ? static_cast<std::int32_t>(outcome.values[i]) : 0;
  }
  return out;
}

std::vector<std::uint32_t> rank_variants(const cohort::Dataset& training,
                                         std::string_view method,
                                         std::size_t top,
                                         const base::Context& context) {
  Task task;
  task.outcome = training.outcome;
  task.covariates = training.clinical;
  task.covariate_names = training.clinical_names;
  task.in_use.resize(training.n_samples());
  for (std::size_t i = 0; i < training.n_samples(); ++i) {
    task.in_use[i] = std::isnan(training.outcome.values[i]) ? 0 : 1;
  }
  const auto selector = make_selector(find_selector(method), task);
  const std::size_t n = training.n_variants();
  const std::size_t n_classes = task.n_classes();
  const std::size_t n_columns = selector->columns().size();
  const genotype::ClassCounter counter(task.class_of(), n_classes);
  std::vector<double> log10_p(n);
  constexpr std::size_t kChunk = 512;
  context.for_chunks(n, kChunk, [&](std::size_t begin, std::size_t end) {
    context.cancellation->check();
    std::vector<genotype::GenotypeCounts> counts((end - begin) * n_classes);
    std::vector<double> values((end - begin) * n_columns);
    genotype::RowScratch scratch;
    for (std::size_t j = begin; j < end; ++j) {
      counter.count(training.genotypes.row(j, scratch),
                    std::span(counts).subspan((j - begin) * n_classes, n_classes));
    }
    selector->evaluate({training.genotypes, begin, end, counts},
                       values,
                       std::span(log10_p).subspan(begin, end - begin));
  });
  std::vector<std::uint32_t> order;
  for (std::size_t j = 0; j < n; ++j) {
    if (!std::isnan(log10_p[j])) order.push_back(static_cast<std::uint32_t>(j));
  }
  const std::size_t kept = std::min(top, order.size());
  std::partial_sort(order.begin(),
                    order.begin() + static_cast<std::ptrdiff_t>(kept),
                    order.end(),
                    [&](std::uint32_t a, std::uint32_t b) {
                      return log10_p[a] != log10_p[b] ? log10_p[a] < log10_p[b] : a < b;
                    });
  order.resize(kept);
  return order;
}

}  // namespace gcrisk::select
