// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "boosted_trees.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "loss.hpp"
#include "models/linear/partial_likelihood.hpp"
#include "models/trees/training_set.hpp"
#include "xgboost_json.hpp"

namespace gcrisk::models::boosting {

namespace {

using cohort::OutcomeKind;

constexpr std::size_t kMostNamed = 20;  // features in the summary

// `share` of 0 … n-1, ascending, drawn without replacement.
std::vector<std::uint32_t> draw(std::size_t n, double share, base::Random random) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  if (share >= 1) return order;
  const auto wanted =
      static_cast<std::size_t>(std::max(1.0, std::round(share * static_cast<double>(n))));
  for (std::size_t i = 0; i < wanted; ++i) std::swap(order[i], order[i + random.below(n - i)]);
  order.resize(wanted);
  std::sort(order.begin(), order.end());
  return order;
}

std::vector<double> person_weights(const cohort::Dataset& data,
                                   const std::vector<double>& of_classes) {
  std::vector<double> weights(data.n_samples(), 1.0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (data.weights.size() > 0) weights[i] = data.weights(static_cast<Eigen::Index>(i));
    if (!of_classes.empty()) {
      weights[i] *= of_classes[static_cast<std::size_t>(data.outcome.values[i])];
    }
  }
  return weights;
}

}  // namespace

std::vector<int> BoostedTrees::directions(const cohort::Dataset& train) const {
  std::vector<std::string> names = train.clinical_names;
  names.insert(names.end(), train.molecular_names.begin(), train.molecular_names.end());
  std::vector<int> out(names.size(), 0);
  for (const int sign : {1, -1}) {
    for (const std::string& name : sign > 0 ? settings_.increasing : settings_.decreasing) {
      const std::string option = sign > 0 ? "--increasing " : "--decreasing ";
      const auto at = std::find(names.begin(), names.end(), name);
      if (at == names.end()) {
        throw base::UsageError(option + name + ": there is no such clinical or molecular column",
                               names.empty() ? "the model sees genotypes alone"
                                             : "columns: " + base::join(names, ", "));
      }
      int& direction = out[static_cast<std::size_t>(at - names.begin())];
      if (direction == -sign) {
        throw base::UsageError(option + name + ": the column is in --increasing as well");
      }
      direction = sign;
    }
  }
  return out;
}

void BoostedTrees::check_options(const cohort::Outcome& outcome) const {
  if (settings_.balanced) trees::refuse_without_classes(outcome, "--class-weight balanced");
  if (settings_.intervals_given && settings_.survival_loss != "discrete") {
    throw base::UsageError("--intervals " + std::to_string(settings_.intervals) +
                               ": only --survival-loss discrete cuts time into intervals",
                           "give --survival-loss discrete as well, or leave it out");
  }
  if (!settings_.xgboost_file.empty() && !settings_.of_growing.empty()) {
    throw base::UsageError("--" + base::join(settings_.of_growing, ", --") +
                               ": the trees of --from-xgboost are taken as they are",
                           "leave out what is for growing trees");
  }
}

void BoostedTrees::set_time_scale(const cohort::Outcome& outcome) {
  scale_ = {};
  scale_.horizon = trees::horizon_of(outcome, settings_.horizon);
  if (outcome.kind != OutcomeKind::kSurvival) {
    if (!settings_.survival_loss) return;
    throw base::UsageError("--survival-loss: outcome '" + outcome.name + "' is " +
                           std::string(cohort::to_string(outcome.kind)) +
                           ", expected a time to an event");
  }
  if (settings_.survival_loss.value_or("cox") == "cox") return;
  if (!settings_.xgboost_file.empty()) {
    throw base::UsageError("--from-xgboost: XGBoost has no loss of discrete time",
                           "give --survival-loss cox");
  }
  scale_.discrete = true;
  scale_.times = interval_ends(outcome, settings_.intervals);
}

std::unique_ptr<Loss> BoostedTrees::loss_of(const cohort::Dataset& data,
                                            const std::vector<double>& of_classes) const {
  std::vector<double> weights = person_weights(data, of_classes);
  if (scale_.discrete) return make_discrete_loss(data.outcome, std::move(weights), scale_.times);
  return make_loss(data.outcome, std::move(weights));
}

// The hazard that goes with the trees, from everybody who was learned from.
void BoostedTrees::fit_baseline(const cohort::Dataset& train, const base::Context& context) {
  const linear::PartialLikelihood likelihood(train.outcome, {});
  const auto baseline = likelihood.baseline(scores(train, context).col(0));
  scale_.times = baseline.at(0).times;
  scale_.hazards = baseline.at(0).hazard;
}

void BoostedTrees::fit(const cohort::Dataset& train,
                       const cohort::Dataset* validation,
                       const base::Context& context) {
  trees::check_trainable(train);
  check_options(train.outcome);
  kind_ = train.outcome.kind;
  feature_names_ = trees::feature_names(train);
  set_time_scale(train.outcome);
  if (!settings_.xgboost_file.empty()) {
    XgboostModel model = read_xgboost(settings_.xgboost_file, feature_names_, kind_);
    trees_ = std::move(model.trees);
    start_ = std::move(model.start);
    best_round_ = trees_.n_trees() / start_.size();
    loss_name_ = "of the model that was read";
    history_.clear();
  } else {
    boost(train, validation, context);
  }
  if (kind_ == OutcomeKind::kSurvival && !scale_.discrete) fit_baseline(train, context);
  rank_features(feature_names_);
}

void BoostedTrees::boost(const cohort::Dataset& train,
                         const cohort::Dataset* validation,
                         const base::Context& context) {
  const std::size_t n = train.n_samples();
  const bool classes = kind_ == OutcomeKind::kBinary || kind_ == OutcomeKind::kMulticlass;
  std::vector<double> of_classes;
  if (classes && settings_.balanced) {
    of_classes =
        trees::class_weights(train.outcome, std::max<std::size_t>(2, train.outcome.n_classes()));
  }
  GrowthSettings growth = settings_.growth;
  growth.directions = directions(train);
  growth.n_digits = std::min(growth.n_digits, most_digits(n));
  const BoostedFeatures features(train, context);
  const auto loss = loss_of(train, of_classes);
  if (validation != nullptr && kind_ == OutcomeKind::kSurvival &&
      *std::max_element(validation->outcome.values.begin(), validation->outcome.values.end()) <=
          0) {
    validation = nullptr;  // nobody has the event: nothing to judge by
  }
  const auto held_out = validation == nullptr ? nullptr : loss_of(*validation, of_classes);
  loss_name_ = loss->name();
  const Eigen::RowVectorXd start = loss->start();
  start_.assign(start.data(), start.data() + start.size());
  const std::size_t n_columns = start_.size();

  const auto rows_n = static_cast<Eigen::Index>(n);
  Eigen::MatrixXd scores = start.replicate(rows_n, 1);
  Eigen::MatrixXd validation_scores;
  if (validation != nullptr) {
    validation_scores = start.replicate(static_cast<Eigen::Index>(validation->n_samples()), 1);
  }
  Eigen::MatrixXd gradients(rows_n, start.size());
  Eigen::MatrixXd hessians(rows_n, start.size());
  TreeGrower grower(features, growth, context);
  trees_ = {};
  history_.clear();
  double best_loss = std::numeric_limits<double>::infinity();
  best_round_ = 0;
  context.progress->start("rounds", settings_.rounds, "rounds");
  for (std::size_t round = 0; round < settings_.rounds; ++round) {
    context.cancellation->check();
    loss->derivatives(scores, gradients, hessians);
    const auto rows =
        draw(n, settings_.sample_share, base::Random(context.seed, "boosting samples", round));
    bool any_split = false;
    for (std::size_t c = 0; c < n_columns; ++c) {
      const std::size_t t = round * n_columns + c;
      const auto column = static_cast<Eigen::Index>(c);
      std::vector<std::uint8_t> allowed;
      if (settings_.feature_share < 1) {
        allowed.resize(features.size());
        for (const auto j : draw(features.size(),
                                 settings_.feature_share,
                                 base::Random(context.seed, "boosting features", t))) {
          allowed[j] = 1;
        }
      }
      base::Random rounding(context.seed, "boosting rounding", t);
      const GrownTree grown = grower.grow({gradients.col(column).data(), n},
                                          {hessians.col(column).data(), n},
                                          rows,
                                          allowed,
                                          rounding);
      any_split = any_split || grown.tree.nodes.size() > 1;
      if (rows.size() == n) {
        for (const auto& leaf : grown.leaves) {
          const double value = grown.tree.values[leaf.node];
          for (std::size_t i = leaf.begin; i < leaf.end; ++i)
            scores(grown.rows[i], column) += value;
        }
      } else {
        scores.col(column) += trees::sum_values(grown.tree, 1, train, context);
      }
      if (validation != nullptr) {
        validation_scores.col(column) += trees::sum_values(grown.tree, 1, *validation, context);
      }
      trees_.append(grown.tree);
    }
    const double nan = std::numeric_limits<double>::quiet_NaN();
    history_.push_back({loss->value(scores), held_out ? held_out->value(validation_scores) : nan});
    context.progress->advance();
    const double current = history_.back().validation_loss;
    if (!held_out || current < best_loss) {
      best_loss = current;
      best_round_ = round + 1;
    } else if (settings_.patience > 0 && round + 1 - best_round_ >= settings_.patience) {
      break;
    }
    // Without sampling the next tree would see the same and find nothing either.
    if (!any_split && settings_.sample_share >= 1 && settings_.feature_share >= 1) break;
  }
  context.progress->finish();
  if (settings_.patience == 0) best_round_ = history_.size();
  trees_.truncate(best_round_ * n_columns);
}

void BoostedTrees::rank_features(const std::vector<std::string>& names) {
  std::map<std::size_t, Importance> found;
  for (std::size_t i = 0; i < trees_.nodes.size(); ++i) {
    if (trees_.nodes[i].feature < 0) continue;
    const auto feature = static_cast<std::size_t>(trees_.nodes[i].feature);
    Importance& entry = found[feature];
    entry.name = names[feature];
    entry.feature = feature;
    entry.gain += trees_.gains[i];
    entry.cover += trees_.covers[i];
    ++entry.splits;
  }
  importance_.clear();
  for (auto& [feature, entry] : found) importance_.push_back(std::move(entry));
  std::stable_sort(importance_.begin(), importance_.end(), [](const auto& a, const auto& b) {
    return a.gain > b.gain;
  });
  most_important_.clear();
  for (std::size_t i = 0; i < std::min(kMostNamed, importance_.size()); ++i) {
    most_important_.push_back(importance_[i].name);
  }
}

}  // namespace gcrisk::models::boosting
