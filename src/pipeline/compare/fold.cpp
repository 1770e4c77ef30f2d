// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "fold.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "gcrisk/base/hash.hpp"
#include "gcrisk/base/random.hpp"

namespace gcrisk::pipeline {

namespace {

std::string hash_of(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  base::Hasher hasher;
  for (const std::string& id : ids) hasher.update(id.c_str(), id.size() + 1);
  return hasher.hex();
}

template <typename T>
std::size_t n_shared(const std::vector<T>& a, const std::vector<T>& b) {
  const std::set<T> first(a.begin(), a.end());
  const std::set<T> second(b.begin(), b.end());
  return static_cast<std::size_t>(std::count_if(
      second.begin(), second.end(), [&](const T& value) { return first.contains(value); }));
}

std::vector<FittedOn> fitted_on(const FoldData& data,
                                const ComparePlan& plan,
                                const preprocess::Recipe& recipe) {
  const std::size_t n = data.train.n_samples();
  const std::string train = hash_of(data.train.ids);
  std::vector<FittedOn> out;
  const base::Json steps = recipe.to_json();
  for (const auto& step : steps["steps"]) out.push_back({step["step"], n, train});
  if (!data.selected_keys.empty()) out.push_back({"select " + plan.selection.method, n, train});
  out.push_back({"model", n, train});
  if (data.validation.n_samples() > 0) {
    out.push_back(
        {"early stopping or choice", data.validation.n_samples(), hash_of(data.validation.ids)});
  }
  out.push_back({"test", data.test.n_samples(), hash_of(data.test.ids)});
  return out;
}

}  // namespace

FoldData fit_fold(const Study& study,
                  const ComparePlan& plan,
                  const FoldRows& rows,
                  const base::Context& context) {
  preprocess::Recipe recipe = study.recipe.unfitted();
  recipe.fit(study.cohort.select_rows(rows.train), context);
  cohort::Cohort everybody = study.cohort;
  recipe.apply(everybody, context);
  const cohort::Dataset data = cohort::to_dataset(everybody);

  FoldData out;
  out.train = data.select_rows(rows.train);
  out.validation = data.select_rows(rows.validation);
  out.test = data.select_rows(rows.test);
  out.n_shared_people = n_shared(out.train.ids, out.test.ids);
  if (!study.cohort.groups.empty()) {
    out.n_shared_groups = n_shared(out.train.groups, out.test.groups);
  }
  if (!plan.selection.method.empty() && data.n_variants() > 0) {
    out.selected = rank_variants(out.train, plan.selection, plan.select_top, context);
    std::sort(out.selected.begin(), out.selected.end());
    for (const auto column : out.selected) {
      out.selected_keys.push_back(genotype::key_of(data.variants[column]));
    }
  } else {
    out.selected.resize(data.n_variants());
    std::iota(out.selected.begin(), out.selected.end(), 0U);
  }
  out.fitted = fitted_on(out, plan, study.recipe.unfitted());
  return out;
}

FoldWork::FoldWork(const Study& study,
                   const ComparePlan& plan,
                   std::size_t repeat,
                   std::size_t fold,
                   const base::Context& context)
    : study_(study), plan_(plan), repeat_(repeat), fold_(fold), context_(context) {
  const auto& folds = plan.folds[repeat];
  for (std::uint32_t i = 0; i < folds.size(); ++i) {
    if (folds[i] < 0) continue;
    (folds[i] == static_cast<std::int32_t>(fold) ? test_ : learning_).push_back(i);
  }
}

// Outcomes change places within a fold, so that each fold keeps its shares of classes: everything
// that is done to them is then the same as before, but there is nothing to be learned.
const Study& FoldWork::study_of(bool permuted) {
  if (!permuted) return study_;
  if (shuffled_) return *shuffled_;
  shuffled_ = std::make_unique<Study>();
  shuffled_->path = study_.path;
  shuffled_->cohort = study_.cohort;
  shuffled_->sets = study_.sets;
  shuffled_->recipe = study_.recipe.unfitted();
  const cohort::Outcome& before = study_.cohort.outcome;
  cohort::Outcome& after = shuffled_->cohort.outcome;
  for (std::size_t fold = 0; fold < plan_.n_folds; ++fold) {
    std::vector<std::uint32_t> people;
    for (std::uint32_t i = 0; i < plan_.folds[repeat_].size(); ++i) {
      if (plan_.folds[repeat_][i] == static_cast<std::int32_t>(fold)) people.push_back(i);
    }
    std::vector<std::uint32_t> order = people;
    base::Random random(context_.seed, "shuffled outcome", repeat_ * plan_.n_folds + fold);
    random.shuffle(std::span(order));
    for (std::size_t i = 0; i < people.size(); ++i) {
      after.values[people[i]] = before.values[order[i]];
      if (!before.times.empty()) after.times[people[i]] = before.times[order[i]];
    }
  }
  return *shuffled_;
}

FoldRows FoldWork::held_back(std::vector<std::uint32_t> learning,
                             std::vector<std::uint32_t> test,
                             bool hold_back,
                             std::uint64_t seed) const {
  FoldRows out;
  out.test = std::move(test);
  if (!hold_back || plan_.validation_share == 0) {
    out.train = std::move(learning);
    return out;
  }
  const auto strata = cohort::strata_of(study_.cohort.outcome.select_rows(learning));
  std::vector<std::int32_t> groups;
  if (!study_.cohort.groups.empty()) {
    for (const auto row : learning) groups.push_back(study_.cohort.groups[row]);
  }
  const auto sets =
      cohort::split(strata, groups, {1 - plan_.validation_share, plan_.validation_share, 0}, seed);
  for (std::size_t i = 0; i < learning.size(); ++i) {
    (sets[i] == cohort::Set::kTrain ? out.train : out.validation).push_back(learning[i]);
  }
  return out;
}

const FoldData& FoldWork::data(bool permuted, bool hold_back) {
  const std::pair shape(permuted, hold_back);
  const auto found = data_.find(shape);
  if (found != data_.end()) return found->second;
  const FoldRows rows = held_back(learning_, test_, hold_back, seed());
  return data_.emplace(shape, fit_fold(study_of(permuted), plan_, rows, context_)).first->second;
}

const std::vector<FoldData>& FoldWork::inner(bool permuted, bool hold_back) {
  const std::pair shape(permuted, hold_back);
  const auto found = inner_.find(shape);
  if (found != inner_.end()) return found->second;
  const auto strata = cohort::strata_of(study_.cohort.outcome.select_rows(learning_));
  std::vector<std::int32_t> groups;
  if (!study_.cohort.groups.empty()) {
    for (const auto row : learning_) groups.push_back(study_.cohort.groups[row]);
  }
  const auto folds = cohort::folds(strata, groups, plan_.n_inner_folds, seed());
  std::vector<FoldData> out;
  for (std::size_t inner = 0; inner < plan_.n_inner_folds; ++inner) {
    std::vector<std::uint32_t> learning;
    std::vector<std::uint32_t> test;
    for (std::size_t i = 0; i < learning_.size(); ++i) {
      (folds[i] == static_cast<std::int32_t>(inner) ? test : learning).push_back(learning_[i]);
    }
    const FoldRows rows =
        held_back(std::move(learning), std::move(test), hold_back, seed() + 100 * (inner + 1));
    out.push_back(fit_fold(study_of(permuted), plan_, rows, context_));
  }
  return inner_.emplace(shape, std::move(out)).first->second;
}

}  // namespace gcrisk::pipeline
