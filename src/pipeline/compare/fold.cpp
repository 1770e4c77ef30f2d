// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "fold.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "gcrisk/base/hash.hpp"
#include "gcrisk/select/selector.hpp"

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

}  // namespace

FoldData make_fold(const Study& study,
                   const ComparePlan& plan,
                   std::size_t repeat,
                   std::size_t fold,
                   const base::Context& context) {
  const auto& folds = plan.folds[repeat];
  std::vector<std::uint32_t> learning;  // training and validation
  std::vector<std::uint32_t> test;
  for (std::uint32_t i = 0; i < folds.size(); ++i) {
    if (folds[i] < 0) continue;
    (folds[i] == static_cast<std::int32_t>(fold) ? test : learning).push_back(i);
  }
  const auto strata = cohort::strata_of(study.cohort.outcome.select_rows(learning));
  std::vector<std::int32_t> groups;
  if (!study.cohort.groups.empty()) {
    for (const auto row : learning) groups.push_back(study.cohort.groups[row]);
  }
  const auto sets = cohort::split(strata,
                                  groups,
                                  {1 - plan.validation_share, plan.validation_share, 0},
                                  context.seed + 1000 * repeat + fold);
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> validation;
  for (std::size_t i = 0; i < learning.size(); ++i) {
    (sets[i] == cohort::Set::kTrain ? train : validation).push_back(learning[i]);
  }

  preprocess::Recipe recipe = study.recipe.unfitted();
  recipe.fit(study.cohort.select_rows(train), context);
  cohort::Cohort everybody = study.cohort;
  recipe.apply(everybody, context);
  const cohort::Dataset data = cohort::to_dataset(everybody);

  FoldData out;
  out.train = data.select_rows(train);
  out.validation = data.select_rows(validation);
  out.test = data.select_rows(test);
  out.trained_on = hash_of(out.train.ids);
  out.n_shared_people = n_shared(out.train.ids, out.test.ids);
  if (!study.cohort.groups.empty())
    out.n_shared_groups = n_shared(out.train.groups, out.test.groups);
  if (!plan.select_method.empty() && data.n_variants() > 0) {
    out.selected = select::rank_variants(out.train, plan.select_method, plan.select_top, context);
    std::sort(out.selected.begin(), out.selected.end());
    for (const auto column : out.selected) {
      out.selected_keys.push_back(genotype::key_of(data.variants[column]));
    }
  } else {
    out.selected.resize(data.n_variants());
    std::iota(out.selected.begin(), out.selected.end(), 0U);
  }
  return out;
}

}  // namespace gcrisk::pipeline
