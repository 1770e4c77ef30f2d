// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gcrisk/models/model.hpp"
#include "grow.hpp"
#include "survival.hpp"

namespace gcrisk::models::boosting {

struct BoostingSettings {
  std::size_t rounds = 100;
  std::size_t patience = 20;  // rounds without a smaller validation loss; 0: never stops early
  GrowthSettings growth;
  double sample_share = 1;              // of the training samples, drawn anew for each round
  double feature_share = 1;             // drawn anew for each tree
  bool balanced = false;                // class weights n / (classes × n of the class)
  std::vector<std::string> increasing;  // columns with which the score may only rise
  std::vector<std::string> decreasing;
  std::optional<std::string> survival_loss;  // "cox" (the default) or "discrete"
  std::size_t intervals = 10;                // at most, of discrete time
  bool intervals_given = false;              // as against left to their default
  std::optional<double> horizon;             // of RISK, for times to an event
  std::string xgboost_file;                  // take the trees from there instead of growing them
  std::vector<std::string> of_growing;       // options that were given for growing trees
};

// Gradient boosting with second-order steps (Friedman 2001; Chen, Guestrin 2016). Of K classes
// each round grows K trees; tree t belongs to class t % K. Intervals of time are as classes.
class BoostedTrees final : public Model {
 public:
  explicit BoostedTrees(BoostingSettings settings) : settings_(std::move(settings)) {}

  void fit(const cohort::Dataset& train,
           const cohort::Dataset* validation,
           const base::Context& context) override;
  Prediction predict(const cohort::Dataset& data, const base::Context& context) const override;
  Attribution explain(const cohort::Dataset& data, const base::Context& context) const override;
  State save() const override;
  void load(const State& state) override;
  base::Json summary() const override;

 private:
  struct Round {
    double training_loss;
    double validation_loss;  // NaN without a validation set
  };
  struct Importance {
    std::string name;
    std::size_t feature;
    double gain = 0;
    std::size_t splits = 0;
    double cover = 0;
  };

  void check_options(const cohort::Outcome& outcome) const;
  void set_time_scale(const cohort::Outcome& outcome);
  std::unique_ptr<Loss> loss_of(const cohort::Dataset& data,
                                const std::vector<double>& of_classes) const;
  void fit_baseline(const cohort::Dataset& train, const base::Context& context);
  Eigen::MatrixXd scores(const cohort::Dataset& data, const base::Context& context) const;
  void boost(const cohort::Dataset& train,
             const cohort::Dataset* validation,
             const base::Context& context);
  void rank_features(const std::vector<std::string>& names);
  std::vector<int> directions(const cohort::Dataset& train) const;

  BoostingSettings settings_;
  cohort::OutcomeKind kind_ = cohort::OutcomeKind::kNone;
  trees::Ensemble trees_;
  std::vector<double> start_;  // one a column of the scores
  TimeScale scale_;            // of times to an event
  std::string loss_name_;
  std::size_t best_round_ = 0;
  std::vector<Round> history_;
  std::vector<Importance> importance_;       // of the features in use, largest gain first
  std::vector<std::string> most_important_;  // the first 20
  std::vector<std::string> feature_names_;   // of all, for XGBoost's file; empty after load()
};

}  // namespace gcrisk::models::boosting
