// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "forest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <variant>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "out_of_bag.hpp"
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

using AnyTarget = std::variant<BinaryTarget, MulticlassTarget, ContinuousTarget, SurvivalTarget>;

AnyTarget make_target(const Features& features,
                      const cohort::Outcome& outcome,
                      std::size_t n_classes,
                      double horizon) {
  if (outcome.kind == OutcomeKind::kSurvival) return SurvivalTarget(outcome, horizon);
  if (outcome.kind == OutcomeKind::kContinuous) return ContinuousTarget(outcome.values);
  if (n_classes == 2) return BinaryTarget(features, outcome.values);
  return MulticlassTarget({outcome.values.begin(), outcome.values.end()}, n_classes);
}

// The in-bag samples of a tree with their copies, and the others.
struct Draw {
  std::vector<std::uint32_t> rows, copies, others;
};

Draw draw_bag(std::size_t n, std::size_t bag_size, bool bootstrap, base::Random& random) {
  const bool whole = !bootstrap && bag_size == n;
  std::vector<std::uint32_t> copies(n, whole ? 1 : 0);
  if (bootstrap) {
    for (std::size_t i = 0; i < bag_size; ++i) ++copies[random.below(n)];
  } else if (!whole) {
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t i = 0; i < bag_size; ++i) {
      std::swap(order[i], order[i + random.below(n - i)]);
      copies[order[i]] = 1;
    }
  }
  Draw draw;
  for (std::uint32_t i = 0; i < n; ++i) {
    if (copies[i] == 0) {
      draw.others.push_back(i);
    } else {
      draw.rows.push_back(i);
      draw.copies.push_back(copies[i]);
    }
  }
  return draw;
}

}  // namespace

// What the trees of one task leave behind.
struct Forest::Bag {
  Ensemble trees;
  std::vector<double> importance;
  OutOfBag judged;
};

void Forest::check_options(const cohort::Outcome& outcome, bool whole) const {
  if (settings_.balanced) refuse_without_classes(outcome, "--class-weight balanced");
  if (settings_.criterion_given) {
    refuse_without_classes(outcome, "--criterion " + settings_.criterion);
  }
  if (!settings_.debiased && !settings_.permutation) return;
  const std::string option =
      std::string("--importance ") + (settings_.permutation ? "permutation" : "debiased");
  if (whole) {
    throw base::UsageError(option + ": each tree sees everybody, out-of-bag people are needed",
                           "give --sample-share below 1, or no --without-replacement");
  }
  if (kind_ == OutcomeKind::kSurvival) {
    throw base::UsageError(
        option + " is for classes and amounts, the outcome is a time to an event",
        "use --importance impurity");
  }
}

void Forest::fit(const cohort::Dataset& train,
                 const cohort::Dataset* /*validation*/,
                 const base::Context& context) {
  check_trainable(train);
  kind_ = train.outcome.kind;
  horizon_ = horizon_of(train.outcome, settings_.horizon);
  const bool classes = kind_ == OutcomeKind::kBinary || kind_ == OutcomeKind::kMulticlass;
  const std::size_t n = train.n_samples();
  const auto bag_size = static_cast<std::size_t>(
      std::max(1.0, std::round(settings_.sample_share * static_cast<double>(n))));
  const bool whole = !settings_.bootstrap && bag_size == n;
  check_options(train.outcome, whole);
  const std::size_t n_classes = classes ? std::max<std::size_t>(2, train.outcome.n_classes()) : 1;
  const Features features(train, context);
  const AnyTarget target = make_target(features, train.outcome, n_classes, horizon_);
  const Criterion criterion = !classes                           ? Criterion::kVariance
                              : settings_.criterion == "entropy" ? Criterion::kEntropy
                                                                 : Criterion::kGini;
  const Purity purity(criterion,
                      classes && settings_.balanced ? class_weights(train.outcome, n_classes)
                                                    : std::vector<double>());
  GrowSettings grow = settings_.grow;
  grow.mtry = features_per_node(settings_.mtry, features.size());

  const Walker walker(train, features);
  const double mean =
      std::accumulate(train.outcome.values.begin(), train.outcome.values.end(), 0.0) /
      static_cast<double>(n);
  std::vector<Bag> bags(base::chunk_count(settings_.n_trees, kTreesPerTask));
  context.progress->start("trees", settings_.n_trees, "trees");
  context.threads->run(bags.size(), [&](std::size_t b, std::size_t) {
    Bag& bag = bags[b];
    bag.importance.resize(features.size());
    bag.judged.debiased.resize(settings_.debiased ? features.size() : 0);
    bag.judged.permutation.resize(settings_.permutation ? features.size() : 0);
    GrowMemory memory;
    const base::Chunk chunk = base::chunk_at(b, settings_.n_trees, kTreesPerTask);
    for (std::size_t t = chunk.begin; t < chunk.end; ++t) {
      context.cancellation->check();
      base::Random random(context.seed, "forest tree", t);
      const Draw draw = draw_bag(n, bag_size, settings_.bootstrap, random);
      const Ensemble tree = std::visit(
          [&](const auto& form) {
            return grow_tree(features,
                             form,
                             purity,
                             draw.rows,
                             draw.copies,
                             grow,
                             random,
                             bag.importance,
                             memory);
          },
          target);
      if (!whole) {
        bag.judged.sums.resize(n * tree.n_values);
        bag.judged.n_trees.resize(n);
        base::Random exchange(context.seed, "forest permutation", t);
        add_out_of_bag(tree, walker, draw.others, train.outcome, mean, exchange, bag.judged);
      }
      bag.trees.n_values = tree.n_values;
      bag.trees.append(tree);
      context.progress->advance();
    }
  });
  context.progress->finish();
  join(bags, features.size());
  feature_names_ = feature_names(train);
  rank_features();
  fit_out_of_bag(whole ? std::vector<Bag>() : bags, train.outcome);
}

void Forest::join(std::vector<Bag>& bags, std::size_t n_features) {
  trees_ = {};
  importance_ = {};
  importance_.impurity.resize(n_features);
  importance_.debiased.resize(settings_.debiased ? n_features : 0);
  importance_.permutation.resize(settings_.permutation ? n_features : 0);
  const auto add = [&](std::vector<double>& sum, const std::vector<double>& part) {
    for (std::size_t f = 0; f < sum.size(); ++f) {
      sum[f] += part[f] / static_cast<double>(settings_.n_trees);
    }
  };
  std::size_t n_nodes = 0;
  for (const Bag& bag : bags) n_nodes += bag.trees.nodes.size();
  trees_.nodes.reserve(n_nodes);
  trees_.covers.reserve(n_nodes);
  trees_.values.reserve(n_nodes * bags.front().trees.n_values);
  for (Bag& bag : bags) {
    trees_.n_values = bag.trees.n_values;
    trees_.append(bag.trees);
    bag.trees = {};
    add(importance_.impurity, bag.importance);
    add(importance_.debiased, bag.judged.debiased);
    add(importance_.permutation, bag.judged.permutation);
  }
}

// By the measure that was asked for, by impurity otherwise.
void Forest::rank_features() {
  ranked_.clear();
  for (std::size_t f = 0; f < importance_.impurity.size(); ++f) {
    if (importance_.impurity[f] > 0) ranked_.push_back(f);
  }
  const std::vector<double>& by = !importance_.permutation.empty() ? importance_.permutation
                                  : !importance_.debiased.empty()  ? importance_.debiased
                                                                   : importance_.impurity;
  std::stable_sort(
      ranked_.begin(), ranked_.end(), [&](std::size_t a, std::size_t b) { return by[a] > by[b]; });
  most_important_.clear();
  for (std::size_t i = 0; i < std::min<std::size_t>(20, ranked_.size()); ++i) {
    most_important_.push_back(feature_names_[ranked_[i]]);
  }
}

void Forest::fit_out_of_bag(const std::vector<Bag>& bags, const cohort::Outcome& outcome) {
  oob_samples_ = 0;
  double error = 0;
  double brier = 0;
  const std::size_t k = trees_.n_values;
  std::vector<double> mean(k);
  std::vector<double> times;
  std::vector<double> events;
  std::vector<double> scores;
  for (std::size_t i = 0; i < outcome.size() && !bags.empty(); ++i) {
    std::uint32_t n_trees = 0;
    std::fill(mean.begin(), mean.end(), 0.0);
    for (const Bag& bag : bags) {
      n_trees += bag.judged.n_trees[i];
      for (std::size_t c = 0; c < k; ++c) mean[c] += bag.judged.sums[i * k + c];
    }
    if (n_trees == 0) continue;
    ++oob_samples_;
    for (double& value : mean) value /= n_trees;
    const double truth = outcome.values[i];
    if (kind_ == OutcomeKind::kSurvival) {
      times.push_back(outcome.times[i]);
      events.push_back(truth);
      scores.push_back(mean[0]);
    } else if (kind_ == OutcomeKind::kContinuous) {
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
  if (kind_ == OutcomeKind::kSurvival) oob_error_ = 1 - concordance(times, events, scores);
  oob_brier_ = oob_samples_ > 0 && kind_ == OutcomeKind::kBinary ? brier / n : nan;
}

}  // namespace gcrisk::models::trees
