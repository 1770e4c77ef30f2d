// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "trees/parameters.hpp"

namespace gcrisk::models {

namespace {

base::ParameterTable parameters() {
  using enum base::ParameterType;
  base::ParameterTable table = {
      {.name = "trees",
       .type = kInteger,
       .meaning = "number of trees; more never hurts but takes time",
       .default_value = "500",
       .min = 1,
       .max = 1e6,
       .source = "Breiman 2001"},
      {.name = "mtry",
       .type = kText,
       .meaning = "features tried at each node: sqrt, log2, third, all, a number, or a share",
       .default_value = "sqrt",
       .placeholder = "M",
       .source = "Breiman 2001"},
      {.name = "extra-trees",
       .type = kFlag,
       .meaning = "one random cut for each feature tried instead of the best one",
       .source = "Geurts, Ernst, Wehenkel 2006"},
      {.name = "sample-share",
       .type = kNumber,
       .meaning = "size of each tree's bag as a share of the training samples",
       .default_value = "1",
       .min = 0,
       .max = 1,
       .open_min = true},
      {.name = "without-replacement",
       .type = kFlag,
       .meaning = "draw each bag without replacement; needs --sample-share below 1 for "
                  "out-of-bag estimates"},
      {.name = "importance",
       .type = kChoice,
       .meaning = "measure of importance.tsv besides the impurity that cuts save: debiased takes "
                  "the same on out-of-bag people, permutation the accuracy lost when a feature's "
                  "values are exchanged among them (takes about as long again)",
       .default_value = "impurity",
       .choices = {"impurity", "debiased", "permutation", "all"},
       .source = "Li et al. 2019; Breiman 2001"},
  };
  return base::concatenate(std::array{table, trees::tree_parameters()});
}

std::unique_ptr<Model> make(const base::Parameters& p) {
  trees::ForestSettings settings = trees::tree_settings(p);
  settings.n_trees = static_cast<std::size_t>(p.integer("trees"));
  settings.mtry = p.text("mtry");
  settings.grow.random_cut = p.flag("extra-trees");
  settings.sample_share = p.number("sample-share");
  settings.bootstrap = !p.flag("without-replacement");
  const std::string& importance = p.text("importance");
  settings.debiased = importance == "debiased" || importance == "all";
  settings.permutation = importance == "permutation" || importance == "all";
  return std::make_unique<trees::Forest>(settings);
}

}  // namespace

const ModelEntry& rf_entry() {
  static const ModelEntry entry{
      .name = "rf",
      .title = "random forest",
      .purpose =
          "Many deep trees, each on a bootstrap sample and with a random choice of features at "
          "each node; the mean of their class shares is the risk. Finds interactions without "
          "being told, needs no scaling, takes missing values, and is hard to tune badly; weak "
          "where many small additive effects carry the risk. Variants are split on copies of A1 "
          "in packed form. Breiman, Random Forests, Machine Learning 45 (2001).",
      .outcomes = {cohort::OutcomeKind::kBinary,
                   cohort::OutcomeKind::kMulticlass,
                   cohort::OutcomeKind::kContinuous,
                   cohort::OutcomeKind::kSurvival},
      .takes_missing = true,
      .parameters = parameters(),
      .make = &make};
  return entry;
}

}  // namespace gcrisk::models
