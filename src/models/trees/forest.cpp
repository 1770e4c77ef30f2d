// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "forest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <variant>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "training_set.hpp"

namespace gcrisk::models::trees {

namespace {

using cohort::OutcomeKind;

// Trees of one task: their sums are kept apart and joined in order, so that rounding does not
// depend on the number of threads.
constexpr std::size_t kTreesPerTask = 8;

std::size_t features_per_node(const std::string& mtry, std::size_t p) {
  const auto size = static_cast<double>(p);
  double m = 0;
  if (mtry == "all") {
    m = size;
  } else if (mtry == "sqrt") {
    m = std::floor(std::sqrt(size));
  } else if (mtry == "log2") {
    m = std::floor(std::log2(size));
  } else if (mtry == "third") {
    m = std::floor(size / 3);
  } else {
    const auto value = base::parse_number(mtry);
    if (!value || !(*value > 0)) {
      throw base::UsageError("--mtry " + mtry +
                             ": expected sqrt, log2, third, all, a whole number, or a share of "
                             "the features below 1");
    }
    m = *value < 1 ? std::floor(*value * size) : std::floor(*value);
    if (m > size) {
      throw base::UsageError("--mtry " + mtry + ": there are " + std::to_string(p) + " features",
                             "give at most that many, or --mtry all");
    }
  }
  return static_cast<std::size_t>(std::max(1.0, m));
}

using AnyTarget = std::variant<BinaryTarget, MulticlassTarget, ContinuousTarget>;

AnyTarget make_target(const cohort::Outcome& outcome, std::size_t n_classes) {
  if (outcome.kind == OutcomeKind::kContinuous) return ContinuousTarget(outcome.values);
  std::vector<std::int32_t> classes(outcome.values.begin(), outcome.values.end());
  if (n_classes == 2) return BinaryTarget(std::move(classes));
  return MulticlassTarget(std::move(classes), n_classes);
}

}  // namespace

// What the trees of one task leave behind.
struct Forest::Bag {
  Ensemble trees;
  std::vector<double> importance;
  std::vector<double> oob_sums;  // n × n_values
  std::vector<std::uint32_t> oob_trees;
};

void Forest::fit(const cohort::Dataset& train,
                 const cohort::Dataset* /*validation*/,
                 const base::Context& context) {
  check_trainable(train);
  kind_ = train.outcome.kind;
  const bool classes = kind_ != OutcomeKind::kContinuous;
  const std::size_t n_classes = classes ? std::max<std::size_t>(2, train.outcome.n_classes()) : 1;
  const Features features(train);
  const AnyTarget target = make_target(train.outcome, n_classes);
  const Criterion criterion = !classes                           ? Criterion::kVariance
                              : settings_.criterion == "entropy" ? Criterion::kEntropy
                                                                 : Criterion::kGini;
  const Purity purity(criterion,
                      classes && settings_.balanced ? class_weights(train.outcome, n_classes)
                                                    : std::vector<double>());
  GrowSettings grow = settings_.grow;
  grow.mtry = features_per_node(settings_.mtry, features.size());

  const std::size_t n = train.n_samples();
  const auto bag_size = static_cast<std::size_t>(
      std::max(1.0, std::round(settings_.sample_share * static_cast<double>(n))));
  const bool whole = !settings_.bootstrap && bag_size == n;
  const Walker walker(train);
  std::vector<Bag> bags(base::chunk_count(settings_.n_trees, kTreesPerTask));
  context.progress->start("trees", settings_.n_trees, "trees");
  context.threads->run(bags.size(), [&](std::size_t b, std::size_t) {
    Bag& bag = bags[b];
    bag.importance.resize(features.size());
    if (!whole) {
      bag.oob_sums.resize(n * n_classes);
      bag.oob_trees.resize(n);
    }
    const base::Chunk chunk = base::chunk_at(b, settings_.n_trees, kTreesPerTask);
    for (std::size_t t = chunk.begin; t < chunk.end; ++t) {
      context.cancellation->check();
      base::Random random(context.seed, "forest tree", t);
      std::vector<std::uint32_t> copies(n, whole ? 1 : 0);
      if (settings_.bootstrap) {
        for (std::size_t i = 0; i < bag_size; ++i) ++copies[random.below(n)];
      } else if (!whole) {
        std::vector<std::uint32_t> order(n);
        std::iota(order.begin(), order.end(), 0U);
        for (std::size_t i = 0; i < bag_size; ++i) {
          std::swap(order[i], order[i + random.below(n - i)]);
          copies[order[i]] = 1;
        }
      }
      std::vector<std::uint32_t> rows;
      std::vector<std::uint32_t> weights;
      for (std::uint32_t i = 0; i < n; ++i) {
        if (copies[i] == 0) continue;
        rows.push_back(i);
        weights.push_back(copies[i]);
      }
      const Ensemble tree = std::visit(
          [&](const auto& form) {
            return grow_tree(features, form, purity, rows, weights, grow, random, bag.importance);
          },
          target);
      for (std::size_t i = 0; i < n && !whole; ++i) {
        if (copies[i] != 0) continue;
        ++bag.oob_trees[i];
        const double* value = tree.values.data() + walker.leaf(tree, 0, i) * tree.n_values;
        for (std::size_t c = 0; c < tree.n_values; ++c) {
          bag.oob_sums[i * tree.n_values + c] += value[c];
        }
      }
      bag.trees.n_values = tree.n_values;
      bag.trees.append(tree);
      context.progress->advance();
    }
  });
  context.progress->finish();

  trees_ = {};
  importance_.assign(features.size(), 0);
  for (const Bag& bag : bags) {
    trees_.n_values = bag.trees.n_values;
    trees_.append(bag.trees);
    for (std::size_t f = 0; f < importance_.size(); ++f) importance_[f] += bag.importance[f];
  }
  for (double& gain : importance_) gain /= static_cast<double>(settings_.n_trees);
  rank_features(feature_names(train));
  fit_out_of_bag(whole ? std::vector<Bag>() : bags, train.outcome);
}

void Forest::rank_features(const std::vector<std::string>& names) {
  std::vector<std::size_t> order(importance_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return importance_[a] > importance_[b];
  });
  most_important_.clear();
  for (std::size_t i = 0; i < std::min<std::size_t>(20, order.size()); ++i) {
    most_important_.emplace_back(names[order[i]], importance_[order[i]]);
  }
}

void Forest::fit_out_of_bag(const std::vector<Bag>& bags, const cohort::Outcome& outcome) {
  oob_samples_ = 0;
  double error = 0;
  double brier = 0;
  const std::size_t k = trees_.n_values;
  std::vector<double> mean(k);
  for (std::size_t i = 0; i < outcome.size() && !bags.empty(); ++i) {
    std::uint32_t n_trees = 0;
    std::fill(mean.begin(), mean.end(), 0.0);
    for (const Bag& bag : bags) {
      n_trees += bag.oob_trees[i];
      for (std::size_t c = 0; c < k; ++c) mean[c] += bag.oob_sums[i * k + c];
    }
    if (n_trees == 0) continue;
    ++oob_samples_;
    for (double& value : mean) value /= n_trees;
    const double truth = outcome.values[i];
    if (kind_ == OutcomeKind::kContinuous) {
      error += (mean[0] - truth) * (mean[0] - truth);
    } else {
      const auto top = std::max_element(mean.begin(), mean.end()) - mean.begin();
      error += static_cast<double>(top) == truth ? 0 : 1;
      brier += (mean[k - 1] - truth) * (mean[k - 1] - truth);
    }
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto n = static_cast<double>(oob_samples_);
  oob_error_ = oob_samples_ > 0 ? error / n : nan;
  oob_brier_ = oob_samples_ > 0 && kind_ == OutcomeKind::kBinary ? brier / n : nan;
}

Prediction Forest::predict(const cohort::Dataset& data, const base::Context& context) const {
  Prediction out;
  const Eigen::MatrixXd means = mean_values(trees_, data, context);
  if (kind_ == OutcomeKind::kContinuous) {
    out.score = means;
  } else if (kind_ == OutcomeKind::kBinary) {
    out.score = means.col(1);
    out.risk = means.col(1);
  } else {
    out.score = means;
    out.risk = means;
  }
  return out;
}

State Forest::save() const {
  base::Json json = summary();
  json["outcome"] = cohort::to_string(kind_);
  State state;
  state.json_text = json.dump();
  state.tensors = trees_.to_tensors();
  state.tensors["importance"] = base::Tensor::of(importance_);
  return state;
}

void Forest::load(const State& state) {
  const base::Json json = base::Json::parse(state.json_text);
  const auto kind = json.at("outcome").get<std::string>();
  for (const auto known :
       {OutcomeKind::kBinary, OutcomeKind::kMulticlass, OutcomeKind::kContinuous}) {
    if (kind == cohort::to_string(known)) kind_ = known;
  }
  trees_ = Ensemble::from_tensors(state.tensors);
  importance_ = std::get<std::vector<double>>(state.tensors.at("importance").values);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto number = [&](const char* key) {
    const auto& value = json.at("out_of_bag").at(key);
    return value.is_null() ? nan : value.get<double>();
  };
  oob_samples_ = json.at("out_of_bag").at("samples").get<std::size_t>();
  most_important_.clear();
  for (const auto& entry : json.at("most_important")) {
    most_important_.emplace_back(entry.at("feature").get<std::string>(),
                                 entry.at("impurity_saved").get<double>());
  }
  oob_error_ = number("error");
  oob_brier_ = number("brier");
}

base::Json Forest::summary() const {
  const auto number = [](double value) {
    return std::isnan(value) ? base::Json() : base::Json(value);
  };
  base::Json json = base::Json::object();
  json["trees"] = trees_.n_trees();
  json["nodes"] = trees_.nodes.size();
  json["out_of_bag"] = {
      {"samples", oob_samples_}, {"error", number(oob_error_)}, {"brier", number(oob_brier_)}};
  base::Json& top = json["most_important"] = base::Json::array();
  for (const auto& [name, gain] : most_important_) {
    top.push_back({{"feature", name}, {"impurity_saved", gain}});
  }
  return json;
}

}  // namespace gcrisk::models::trees
