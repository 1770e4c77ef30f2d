// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "boosting/boosted_trees.hpp"
#include "gcrisk/models/model.hpp"
#include "trees/parameters.hpp"

namespace gcrisk::models {

namespace {

base::ParameterTable parameters() {
  using enum base::ParameterType;
  return {
      {.name = "rounds",
       .type = kInteger,
       .meaning = "most rounds of boosting; each adds one tree, or one for each class",
       .default_value = "100",
       .min = 1,
       .max = 1e6},
      {.name = "learning-rate",
       .type = kNumber,
       .meaning = "share of each step that is taken; a smaller one needs more rounds",
       .default_value = "0.1",
       .min = 0,
       .max = 1,
       .open_min = true,
       .source = "Friedman 2001",
       .search = "log:0.01:0.3"},
      {.name = "patience",
       .type = kInteger,
       .meaning = "stop after so many rounds without a smaller loss on the validation set, and go "
                  "back to the best one; 0, or no validation set: all rounds",
       .default_value = "20",
       .min = 0},
      {.name = "growth",
       .type = kChoice,
       .meaning = "leaf: the leaf of largest gain is split next; depth: level by level",
       .default_value = "leaf",
       .choices = {"leaf", "depth"}},
      {.name = "max-leaves",
       .type = kInteger,
       .meaning = "most leaves of a tree; 0: no limit",
       .default_value = "31",
       .min = 0,
       .search = "int:7:127"},
      {.name = "max-depth",
       .type = kInteger,
       .meaning = "largest depth of a leaf; 0: no limit",
       .default_value = "0",
       .min = 0},
      {.name = "min-child-weight",
       .type = kNumber,
       .meaning = "least sum of hessians in a leaf: of an amount the number of people, of a binary "
                  "outcome the sum of p (1 - p)",
       .default_value = "1",
       .min = 0,
       .source = "Chen, Guestrin 2016",
       .search = "log:0.1:50"},
      {.name = "min-gain",
       .type = kNumber,
       .meaning = "smallest gain of a split (gamma of XGBoost)",
       .default_value = "0",
       .min = 0},
      {.name = "l2",
       .type = kNumber,
       .meaning = "added to the sum of hessians in a leaf's weight (lambda of XGBoost)",
       .default_value = "1",
       .min = 0,
       .source = "Chen, Guestrin 2016",
       .search = "log:0.01:100"},
      {.name = "l1",
       .type = kNumber,
       .meaning = "taken off the sum of gradients in a leaf's weight (alpha of XGBoost)",
       .default_value = "0",
       .min = 0},
      {.name = "sample-share",
       .type = kNumber,
       .meaning = "share of the training samples that a round sees",
       .default_value = "1",
       .min = 0,
       .max = 1,
       .open_min = true,
       .source = "Friedman 2002",
       .search = "log:0.4:1"},
      {.name = "feature-share",
       .type = kNumber,
       .meaning = "share of the features that a tree sees",
       .default_value = "1",
       .min = 0,
       .max = 1,
       .open_min = true,
       .search = "log:0.1:1"},
      trees::class_weight_parameter(),
      {.name = "increasing",
       .type = kTexts,
       .meaning = "columns with which the score may only rise, as physiology knows of them",
       .placeholder = "COLUMN,COLUMN"},
      {.name = "decreasing",
       .type = kTexts,
       .meaning = "columns with which the score may only fall",
       .placeholder = "COLUMN,COLUMN"},
      {.name = "survival-loss",
       .type = kChoice,
       .meaning = "of a time to an event: cox takes hazards to be proportional, discrete has a "
                  "score for each interval of time; without it cox",
       .choices = {"cox", "discrete"},
       .source = "Cox 1972"},
      {.name = "intervals",
       .type = kInteger,
       .meaning = "most intervals of --survival-loss discrete, with about as many events each",
       .default_value = "10",
       .min = 1,
       .max = 1000},
      trees::horizon_parameter(),
      {.name = "gradient-digits",
       .type = kInteger,
       .meaning = "precision of the gradients that splits are chosen by: 1 has 31 levels, 2 has "
                  "961, 3 has 29,791; leaf values are exact in any case",
       .default_value = "1",
       .min = 1,
       .max = 3,
       .source = "Shi et al. 2022"},
      {.name = "from-xgboost",
       .type = kPath,
       .meaning = "take the trees of this XGBoost model (JSON) instead of growing them; features "
                  "are matched by name",
       .placeholder = "FILE"},
  };
}

std::unique_ptr<Model> make(const base::Parameters& p) {
  boosting::BoostingSettings s;
  s.rounds = static_cast<std::size_t>(p.integer("rounds"));
  s.patience = static_cast<std::size_t>(p.integer("patience"));
  s.growth.learning_rate = p.number("learning-rate");
  s.growth.leaf_wise = p.text("growth") == "leaf";
  s.growth.max_leaves = static_cast<std::size_t>(p.integer("max-leaves"));
  s.growth.max_depth = static_cast<std::size_t>(p.integer("max-depth"));
  s.growth.n_digits = static_cast<std::size_t>(p.integer("gradient-digits"));
  s.growth.gain.min_child_weight = p.number("min-child-weight");
  s.growth.gain.min_gain = p.number("min-gain");
  s.growth.gain.l2 = p.number("l2");
  s.growth.gain.l1 = p.number("l1");
  s.sample_share = p.number("sample-share");
  s.feature_share = p.number("feature-share");
  s.balanced = p.text("class-weight") == "balanced";
  if (p.has("increasing")) s.increasing = p.texts("increasing");
  if (p.has("decreasing")) s.decreasing = p.texts("decreasing");
  s.survival_loss = p.text_if("survival-loss");
  s.intervals = static_cast<std::size_t>(p.integer("intervals"));
  s.intervals_given = p.given("intervals");
  s.horizon = p.number_if("horizon");
  if (p.has("from-xgboost")) s.xgboost_file = p.text("from-xgboost");
  for (const base::Parameter& row : p.table()) {
    const bool of_any_trees = row.name == "from-xgboost" || row.name == "survival-loss" ||
                              row.name == "intervals" || row.name == "horizon";
    if (!of_any_trees && p.given(row.name)) s.of_growing.push_back(row.name);
  }
  return std::make_unique<boosting::BoostedTrees>(s);
}

}  // namespace

const ModelEntry& gbm_entry() {
  static const ModelEntry entry{
      .name = "gbm",
      .title = "gradient boosting",
      .purpose =
          "Small trees, one after the other, each a Newton step against the loss that the ones "
          "before left. Mostly the most accurate method on clinical columns, finds thresholds and "
          "interactions, needs no scaling and takes missing values (each split learns where they "
          "go); needs its rounds limited, which a validation set does. Variants are split on "
          "copies of A1 in packed form. XGBoost opens the xgboost.json that it writes. Friedman, "
          "Greedy Function Approximation, Ann. Stat. 29 (2001); Chen, Guestrin, XGBoost, KDD "
          "(2016); Ke et al., LightGBM, NeurIPS 30 (2017).",
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
