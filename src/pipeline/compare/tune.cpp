// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "tune.hpp"

#include <cassert>
#include <cmath>

#include "gcrisk/base/random.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/evaluate/metric.hpp"
#include "measure_of.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::size_t kGridLevels = 3;
constexpr std::size_t kGridOptions = 3;  // more would be a grid of hundreds

std::vector<const base::Parameter*> searched(const CompareRow& row) {
  std::vector<const base::Parameter*> out;
  for (const base::Parameter& parameter : row.entry->parameters) {
    if (!parameter.search.empty() && !row.parameters.given(parameter.name)) {
      out.push_back(&parameter);
    }
  }
  return out;
}

// Each candidate is a list of options as typed, "trees=200"; the first is empty.
std::vector<std::vector<std::pair<std::string, std::string>>> candidates_of(const CompareRow& row,
                                                                            const ComparePlan& plan,
                                                                            std::uint64_t seed) {
  std::vector<std::vector<std::pair<std::string, std::string>>> out(1);
  auto options = searched(row);
  if (options.empty() || plan.tuning == Tuning::kNone) return out;
  if (plan.tuning == Tuning::kRandom) {
    for (std::size_t i = 0; i < plan.n_candidates; ++i) {
      base::Random random(seed, "tuning " + row.name(), i);
      auto& candidate = out.emplace_back();
      for (const auto* option : options) {
        candidate.emplace_back(option->name, search_value(*option, random.uniform()));
      }
    }
    return out;
  }
  if (options.size() > kGridOptions) options.resize(kGridOptions);
  std::size_t n = 1;
  for (std::size_t i = 0; i < options.size(); ++i) n *= kGridLevels;
  for (std::size_t i = 0; i < n; ++i) {
    auto& candidate = out.emplace_back();
    std::size_t rest = i;
    for (const auto* option : options) {
      const double share = (static_cast<double>(rest % kGridLevels) + 0.5) / kGridLevels;
      candidate.emplace_back(option->name, search_value(*option, share));
      rest /= kGridLevels;
    }
  }
  return out;
}

}  // namespace

std::string search_value(const base::Parameter& parameter, double share) {
  if (parameter.search == "choice") {
    const auto n = static_cast<double>(parameter.choices.size());
    return parameter.choices[static_cast<std::size_t>(share * n)];
  }
  const auto parts = base::split(parameter.search, ':');
  assert(parts.size() == 2 || parts.size() == 3);
  const std::string_view kind = parts.size() == 3 ? parts[0] : std::string_view("linear");
  const double low = base::parse_number(parts[parts.size() - 2]).value_or(0);
  const double high = base::parse_number(parts[parts.size() - 1]).value_or(1);
  if (kind == "log") {
    return base::format_number(std::exp(std::log(low) + share * (std::log(high) - std::log(low))));
  }
  const double value = low + share * (high - low + (kind == "int" ? 1 : 0));
  return kind == "int" ? std::to_string(static_cast<std::int64_t>(value))
                       : base::format_number(value);
}

std::unique_ptr<models::Model> tuned_model(const CompareRow& row,
                                           const ComparePlan& plan,
                                           const cohort::Dataset& train,
                                           const cohort::Dataset& validation,
                                           const base::Context& context,
                                           std::string& tuned) {
  const auto candidates = candidates_of(row, plan, context.seed);
  const cohort::Dataset* held_out = validation.n_samples() > 0 ? &validation : nullptr;
  std::unique_ptr<models::Model> best;
  double best_value = 0;
  for (const auto& candidate : candidates) {
    base::Parameters parameters = row.parameters;
    std::string text;
    for (const auto& [name, value] : candidate) {
      parameters.set(name, value);
      text += (text.empty() ? "" : " ") + name + "=" + value;
    }
    auto model = row.entry->make(parameters);
    model->fit(train, held_out, context);
    if (candidates.size() == 1) return model;
    const double value = first_measure(validation.outcome, model->predict(validation, context));
    if (best == nullptr || value > best_value) {
      best = std::move(model);
      best_value = value;
      tuned = text;
    }
  }
  return best;
}

}  // namespace gcrisk::pipeline
