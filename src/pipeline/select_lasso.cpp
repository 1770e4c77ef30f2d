// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "select_lasso.hpp"

#include <string>

#include "gcrisk/base/error.hpp"
#include "gcrisk/models/lasso_order.hpp"

namespace gcrisk::pipeline {

namespace {

// The samples in use, with covariates in the place of clinical columns.
cohort::Dataset dataset_of(SelectInput& input, const base::Context& context) {
  const select::Task& task = input.task;
  const std::size_t n = task.n_samples();
  const auto n_variants = static_cast<std::size_t>(input.source->n_variants());
  const std::size_t row_bytes = genotype::packed_bytes(n);
  if (row_bytes * n_variants > context.memory_bytes / 2) {
    throw base::MemoryError("--method lasso: the packed genotypes need " +
                                std::to_string(row_bytes * n_variants >> 20) +
                                " MiB, expected at most half of --memory",
                            "raise --memory, or choose candidates by --method trend first");
  }
  std::vector<std::uint8_t> bytes(row_bytes * n_variants);
  std::vector<std::uint8_t> row;
  for (std::size_t v = 0; v < n_variants; ++v) {
    if (v % 1024 == 0) context.cancellation->check();
    input.source->read_row(v, row);
    std::copy_n(row.begin(), row_bytes, bytes.begin() + static_cast<std::ptrdiff_t>(v * row_bytes));
  }
  cohort::Dataset data;
  data.ids.resize(n);
  data.genotypes =
      genotype::GenotypeView(genotype::PackedMatrix::own(std::move(bytes), n, n_variants));
  data.variants.resize(n_variants);
  data.clinical = task.covariates;
  data.clinical_names = task.covariate_names;
  data.molecular.resize(static_cast<Eigen::Index>(n), 0);
  data.outcome = task.outcome;
  std::vector<std::uint32_t> in_use;
  for (std::uint32_t i = 0; i < n; ++i) {
    if (task.in_use[i] != 0) in_use.push_back(i);
  }
  return data.select_rows(in_use);
}

}  // namespace

std::map<std::uint64_t, LassoRank> lasso_ranks(SelectInput& input,
                                               std::size_t top,
                                               const base::Context& context) {
  const auto kind = input.task.outcome.kind;
  if (kind == cohort::OutcomeKind::kNone || kind == cohort::OutcomeKind::kSurvival) {
    throw base::MismatchError("--method lasso: outcome '" + input.task.outcome.name + "' is " +
                                  std::string(cohort::to_string(kind)) +
                                  ", expected binary, multiclass or continuous",
                              "use --method score with the event as the outcome");
  }
  const cohort::Dataset data = dataset_of(input, context);
  std::map<std::uint64_t, LassoRank> ranks;
  for (const auto& entry : models::lasso_order(data, top, context)) {
    ranks.emplace(entry.variant, LassoRank{ranks.size(), entry.lambda});
  }
  if (ranks.empty()) {
    throw base::DegenerateError("--method lasso: no variant entered, none varies with '" +
                                input.task.outcome.name + "'");
  }
  return ranks;
}

}  // namespace gcrisk::pipeline
