// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "trees/parameters.hpp"

namespace gcrisk::models {

namespace {

std::unique_ptr<Model> make(const base::Parameters& p) {
  trees::ForestSettings settings = trees::tree_settings(p);
  settings.n_trees = 1;
  settings.mtry = "all";
  settings.bootstrap = false;
  return std::make_unique<trees::Forest>(settings);
}

}  // namespace

const ModelEntry& tree_entry() {
  static const ModelEntry entry{
      .name = "tree",
      .title = "one decision tree",
      .purpose =
          "A single binary tree on all training samples and features: easy to read, and mostly "
          "a yardstick for forests and boosting. Limit it with --max-depth or --min-leaf. "
          "Breiman, Friedman, Olshen, Stone, Classification and Regression Trees (1984).",
      .outcomes = {cohort::OutcomeKind::kBinary,
                   cohort::OutcomeKind::kMulticlass,
                   cohort::OutcomeKind::kContinuous,
                   cohort::OutcomeKind::kSurvival},
      .takes_missing = true,
      .parameters = trees::tree_parameters(),
      .make = &make};
  return entry;
}

}  // namespace gcrisk::models
