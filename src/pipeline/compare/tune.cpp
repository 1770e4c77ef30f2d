// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "tune.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "gcrisk/base/random.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/evaluate/metric.hpp"
#include "measure_of.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::size_t kKeepOneOf = 3;  // of successive halving
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

// Options as typed: "trees", "200".
using Candidate = std::vector<std::pair<std::string, std::string>>;

// The first is empty: the row as it is.
std::vector<Candidate> candidates_of(const CompareRow& row,
                                     const ComparePlan& plan,
                                     std::uint64_t seed) {
  std::vector<Candidate> out(1);
  auto options = searched(row);
  if (options.empty() || plan.tuning == Tuning::kNone) return out;
  if (plan.tuning != Tuning::kGrid) {
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

base::Parameters parameters_of(const CompareRow& row, const Candidate& candidate) {
  base::Parameters out = row.parameters;
  for (const auto& [name, value] : candidate) out.set(name, value);
  return out;
}

// One of `divisor` parts of the people, each class in its share; groups do not matter here, since
// nobody of the judged is among them.
cohort::Dataset part_of(const cohort::Dataset& data, std::size_t divisor, std::uint64_t seed) {
  if (divisor <= 1) return data;
  const double share = 1 / static_cast<double>(divisor);
  const auto sets = cohort::split(cohort::strata_of(data.outcome), {}, {share, 0, 1 - share}, seed);
  return data.select_rows(cohort::rows_of(sets, cohort::Set::kTrain));
}

double value_of(const CompareRow& row,
                const base::Parameters& parameters,
                const Judging& fold,
                std::size_t divisor,
                const base::Context& context) {
  auto model = row.entry->make(parameters);
  model->fit(part_of(*fold.train, divisor, context.seed), fold.stop, context);
  return first_measure(fold.judged->outcome, model->predict(*fold.judged, context));
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

Tuned tune(const CompareRow& row,
           const ComparePlan& plan,
           const std::vector<Judging>& judging,
           const base::Context& context) {
  const auto candidates = candidates_of(row, plan, context.seed);
  std::vector<std::size_t> left(candidates.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  std::size_t divisor = 1;
  if (plan.tuning == Tuning::kHalving) {
    for (std::size_t n = left.size(); n > 1; n = (n + kKeepOneOf - 1) / kKeepOneOf) {
      divisor *= kKeepOneOf;
    }
    divisor = std::max<std::size_t>(1, divisor / kKeepOneOf);
  }
  for (; left.size() > 1; divisor /= kKeepOneOf) {
    std::vector<double> values(candidates.size(), 0);
    for (const std::size_t i : left) {
      context.cancellation->check();
      for (const Judging& fold : judging) {
        values[i] += value_of(row, parameters_of(row, candidates[i]), fold, divisor, context);
      }
    }
    // A measure that is not defined (one class among the judged) never wins.
    for (double& value : values) {
      if (std::isnan(value)) value = -std::numeric_limits<double>::infinity();
    }
    std::stable_sort(left.begin(), left.end(), [&](std::size_t a, std::size_t b) {
      return values[a] > values[b];
    });
    left.resize(divisor == 1 ? 1 : (left.size() + kKeepOneOf - 1) / kKeepOneOf);
    if (divisor == 1) break;
  }
  Tuned out{parameters_of(row, candidates[left.front()]), {}};
  for (const auto& [name, value] : candidates[left.front()]) {
    if (!out.text.empty()) out.text += ' ';
    out.text.append(name).append("=").append(value);
  }
  return out;
}

}  // namespace gcrisk::pipeline
