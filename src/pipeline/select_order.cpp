// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "select_order.hpp"

#include <algorithm>
#include <string>

#include "eliminate.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/models/lasso_order.hpp"
#include "gcrisk/models/model.hpp"
#include "packed_store.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::size_t kBatch = 1024;  // variants

// The calls of the samples in use alone, so that no pass has to gather them again.
genotype::GenotypeView packed(SelectInput& input,
                              const std::vector<std::uint32_t>& in_use,
                              const std::string& folder,
                              const base::Context& context) {
  const std::size_t n_samples = input.source->n_samples();
  const auto n_variants = static_cast<std::size_t>(input.source->n_variants());
  PackedStore store(in_use.size(), n_variants, folder, context.memory_bytes / 2);
  if (store.on_disk()) {
    context.log->info("the packed genotypes need " + base::format_bytes(store.n_bytes()) +
                      ", more than half of --memory: they are mapped from a file in " + folder);
  }
  std::vector<std::uint8_t> row;
  genotype::RowScratch scratch;
  for (std::size_t first = 0; first < n_variants; first += kBatch) {
    context.cancellation->check();
    const std::size_t last = std::min(n_variants, first + kBatch);
    std::vector<std::uint8_t> bytes;
    bytes.reserve((last - first) * genotype::packed_bytes(n_samples));
    for (std::size_t v = first; v < last; ++v) {
      input.source->read_row(v, row);
      bytes.insert(bytes.end(),
                   row.begin(),
                   row.begin() + static_cast<std::ptrdiff_t>(genotype::packed_bytes(n_samples)));
    }
    const auto view = genotype::GenotypeView(
                          genotype::PackedMatrix::own(std::move(bytes), n_samples, last - first))
                          .with_samples(in_use);
    for (std::size_t v = 0; v < last - first; ++v) store.add(view.row(v, scratch));
  }
  return std::move(store).view();
}

// The samples in use, with covariates in the place of clinical columns. Variants have no names
// here.
cohort::Dataset dataset_of(SelectInput& input,
                           const std::string& folder,
                           const base::Context& context) {
  const select::Task& task = input.task;
  std::vector<std::uint32_t> in_use;
  for (std::uint32_t i = 0; i < task.n_samples(); ++i) {
    if (task.in_use[i] != 0) in_use.push_back(i);
  }
  cohort::Dataset data;
  data.ids.resize(in_use.size());
  data.genotypes = packed(input, in_use, folder, context);
  data.clinical.resize(static_cast<Eigen::Index>(in_use.size()), task.covariates.cols());
  for (std::size_t i = 0; i < in_use.size(); ++i) {
    data.clinical.row(static_cast<Eigen::Index>(i)) = task.covariates.row(in_use[i]);
  }
  data.clinical_names = task.covariate_names;
  data.molecular.resize(static_cast<Eigen::Index>(in_use.size()), 0);
  data.outcome = task.outcome.select_rows(in_use);
  return data;
}

void check_outcome(const Ranking& ranking, const cohort::Outcome& outcome) {
  const bool lasso = ranking.method == "lasso";
  using enum cohort::OutcomeKind;
  std::vector<cohort::OutcomeKind> kinds = {kBinary, kMulticlass, kContinuous};
  if (!lasso) kinds = models::find_model(ranking.model).outcomes;
  if (std::find(kinds.begin(), kinds.end(), outcome.kind) != kinds.end()) return;
  std::vector<std::string> names;
  names.reserve(kinds.size());
  for (const auto kind : kinds) names.emplace_back(cohort::to_string(kind));
  throw base::MismatchError(
      "--method " + ranking.method + (lasso ? "" : " with " + ranking.model) + ": outcome '" +
          outcome.name + "' is " + std::string(cohort::to_string(outcome.kind)) + ", expected " +
          base::join(names, " or "),
      lasso ? "use --method score with the event as the outcome" : "choose another --rfe-model");
}

}  // namespace

JointOrder joint_order(SelectInput& input,
                       const Ranking& ranking,
                       std::size_t top,
                       const std::string& folder,
                       const base::Context& context) {
  check_outcome(ranking, input.task.outcome);
  cohort::Dataset data = dataset_of(input, folder, context);
  JointOrder order;
  order.method = ranking.method;
  const auto add = [&](std::uint32_t variant, double value) {
    order.ranks.emplace(variant, OrderRank{order.ranks.size(), value});
  };
  if (ranking.method == "lasso") {
    order.column = "LAMBDA";
    for (const auto& entry : models::lasso_order(data, top, context)) {
      add(entry.variant, entry.lambda);
    }
  } else {
    order.column = "IMPORTANCE";
    data.variants.resize(data.n_variants());
    for (const auto& survivor : eliminate(data, ranking, top, context)) {
      add(survivor.variant, survivor.importance);
    }
  }
  if (order.ranks.empty()) {
    throw base::DegenerateError("--method " + ranking.method +
                                ": no variant entered, none varies with '" +
                                input.task.outcome.name + "'");
  }
  return order;
}

}  // namespace gcrisk::pipeline
