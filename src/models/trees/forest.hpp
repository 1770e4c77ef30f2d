// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ensemble.hpp"
#include "gcrisk/models/model.hpp"
#include "grow.hpp"

namespace gcrisk::models::trees {

struct ForestSettings {
  std::size_t n_trees = 500;
  std::string mtry = "sqrt";       // sqrt, log2, third, all, a whole number, or a share below 1
  std::string criterion = "gini";  // of classes
  bool criterion_given = false;    // as against left to its default
  GrowSettings grow;
  bool bootstrap = true;    // with replacement
  double sample_share = 1;  // of the training samples, in each tree's bag
  bool balanced = false;    // class weights n / (classes × n of the class)
  // Importance besides the impurity that a feature's cuts save (out_of_bag.hpp).
  bool debiased = false;
  bool permutation = false;
  std::optional<double> horizon;  // of RISK, for times to an event
};

// Breiman's random forest (2001) and, as one tree on all samples and features, CART. Classes are
// predicted by the mean over trees of the leaf's class shares, amounts by the mean of leaf means,
// times to an event by the mean mortality and hazard (survival_target.hpp).
class Forest final : public Model {
 public:
  explicit Forest(ForestSettings settings) : settings_(std::move(settings)) {}

  void fit(const cohort::Dataset& train,
           const cohort::Dataset* validation,
           const base::Context& context) override;
  Prediction predict(const cohort::Dataset& data, const base::Context& context) const override;
  Attribution explain(const cohort::Dataset& data, const base::Context& context) const override;
  State save() const override;
  void load(const State& state) override;
  base::Json summary() const override;

 private:
  struct Bag;
  // Mean over trees, one number a feature; empty where it was not measured.
  struct Importance {
    std::vector<double> impurity, debiased, permutation;
  };
  void check_options(const cohort::Outcome& outcome, bool whole) const;
  void join(std::vector<Bag>& bags, std::size_t n_features);
  void rank_features();
  void fit_out_of_bag(const std::vector<Bag>& bags, const cohort::Outcome& outcome);

  ForestSettings settings_;
  cohort::OutcomeKind kind_ = cohort::OutcomeKind::kNone;
  Ensemble trees_;
  double horizon_ = 0;                      // of RISK, for times to an event
  std::vector<std::string> feature_names_;  // empty after load(), as is the next
  Importance importance_;
  std::vector<std::size_t> ranked_;          // features with a cut, most important first
  std::vector<std::string> most_important_;  // the first 20
  double oob_error_ = 0;  // share misclassified, mean squared error, or 1 - C; NaN: not known
  double oob_brier_ = 0;  // binary outcomes
  std::size_t oob_samples_ = 0;
};

}  // namespace gcrisk::models::trees
