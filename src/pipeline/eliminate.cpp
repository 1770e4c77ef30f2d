// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "eliminate.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/kernels.hpp"
#include "gcrisk/models/model.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::size_t kExplained = 1000;  // people whose contributions are averaged

std::vector<std::uint32_t> evenly_spaced(std::size_t n, std::size_t at_most) {
  std::vector<std::uint32_t> rows(std::min(n, at_most));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = static_cast<std::uint32_t>(i * n / rows.size());
  }
  return rows;
}

// One number a variant of `data`, the larger the more the model relies on it.
std::vector<double> importances(const models::Model& model,
                                const cohort::Dataset& data,
                                const base::Context& context) {
  const std::size_t n = data.n_variants();
  const models::State state = model.save();
  const auto own = state.tensors.find("importance");
  if (own != state.tensors.end()) {
    const auto* values = std::get_if<std::vector<double>>(&own->second.values);
    if (values != nullptr && values->size() == data.n_features()) {
      return {values->begin(), values->begin() + static_cast<std::ptrdiff_t>(n)};
    }
  }
  const auto people = data.select_rows(evenly_spaced(data.n_samples(), kExplained));
  const auto contributions = model.explain(people, context).values;
  std::vector<double> out(n);
  for (std::size_t j = 0; j < n; ++j) {
    out[j] = contributions.col(static_cast<Eigen::Index>(j)).cwiseAbs().mean();
  }
  return out;
}

base::Parameters parameters_of(const models::ModelEntry& entry, const Ranking& ranking) {
  base::Parameters out(entry.parameters);
  for (const std::string& setting : ranking.set) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos) {
      throw base::UsageError("--rfe-set " + setting + ": expected OPTION=VALUE",
                             "for example --rfe-set trees=200");
    }
    out.set(setting.substr(0, equals), setting.substr(equals + 1));
  }
  return out;
}

std::vector<std::uint32_t> varying(const cohort::Dataset& data, const base::Context& context) {
  std::vector<std::uint32_t> out;
  const auto counts = genotype::count_genotypes(data.genotypes, context);
  for (std::uint32_t j = 0; j < counts.size(); ++j) {
    const auto& c = counts[j];
    const auto most = std::max({c.hom_a1, c.het, c.hom_a2});
    if (static_cast<double>(most) < c.called()) out.push_back(j);
  }
  return out;
}

}  // namespace

std::vector<Survivor> eliminate(const cohort::Dataset& training,
                                const Ranking& ranking,
                                std::size_t top,
                                const base::Context& context) {
  const models::ModelEntry& entry = models::find_model(ranking.model);
  const base::Parameters parameters = parameters_of(entry, ranking);
  std::vector<std::uint32_t> left = varying(training, context);  // in the order of the last round
  while (!left.empty()) {
    context.cancellation->check();
    std::vector<std::uint32_t> columns = left;
    std::sort(columns.begin(), columns.end());
    const cohort::Dataset data = training.select_variants(columns);
    auto model = entry.make(parameters);
    model->fit(data, nullptr, context);
    const auto by_column = importances(*model, data, context);
    const auto importance_of = [&](std::uint32_t variant) {
      const auto at = std::lower_bound(columns.begin(), columns.end(), variant);
      return by_column[static_cast<std::size_t>(at - columns.begin())];
    };
    std::stable_sort(left.begin(), left.end(), [&](std::uint32_t a, std::uint32_t b) {
      return importance_of(a) > importance_of(b);
    });
    if (left.size() <= top) {
      std::vector<Survivor> out;
      out.reserve(left.size());
      for (const auto variant : left) out.push_back({variant, importance_of(variant)});
      return out;
    }
    const auto stay =
        static_cast<std::size_t>(std::floor(static_cast<double>(left.size()) * (1 - ranking.step)));
    left.resize(std::max(top, stay));
    context.log->debug("elimination: " + base::format_count(left.size()) + " variants are left");
  }
  return {};
}

}  // namespace gcrisk::pipeline
