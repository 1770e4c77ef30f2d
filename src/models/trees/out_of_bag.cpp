// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "out_of_bag.hpp"

#include <algorithm>

namespace gcrisk::models::trees {

namespace {

using cohort::OutcomeKind;

class TreeJudge {
 public:
  TreeJudge(const Ensemble& tree,
            const Walker& walker,
            std::span<const std::uint32_t> rows,
            const cohort::Outcome& outcome,
            double mean)
      : tree_(tree), walker_(walker), rows_(rows), outcome_(outcome), mean_(mean) {}

  // The nodes that a person passes, leaf last.
  const std::vector<std::size_t>& follow(std::uint32_t row) {
    way_.assign(1, 0);
    while (tree_.nodes[way_.back()].feature >= 0) {
      const Node& node = tree_.nodes[way_.back()];
      way_.push_back(static_cast<std::size_t>(node.left) + (walker_.goes_left(node, row) ? 0 : 1));
    }
    return way_;
  }

  // The leaf from `at` on, with the value of `feature` borrowed from another person.
  std::size_t follow_exchanged(std::size_t at,
                               std::uint32_t row,
                               std::uint32_t other,
                               std::int32_t feature) const {
    while (tree_.nodes[at].feature >= 0) {
      const Node& node = tree_.nodes[at];
      const bool left = walker_.goes_left(node, node.feature == feature ? other : row);
      at = static_cast<std::size_t>(node.left) + (left ? 0 : 1);
    }
    return at;
  }

  // What the tree says at a node about the truth of a person.
  double agreement(std::size_t node, std::uint32_t row) const {
    const double truth = outcome_.values[row];
    if (outcome_.kind == OutcomeKind::kContinuous) return tree_.values[node] * (truth - mean_);
    return tree_.values[node * tree_.n_values + static_cast<std::size_t>(truth)];
  }

  double loss(std::size_t leaf, std::uint32_t row) const {
    const double truth = outcome_.values[row];
    const double* value = tree_.values.data() + leaf * tree_.n_values;
    if (outcome_.kind == OutcomeKind::kContinuous) {
      return (value[0] - truth) * (value[0] - truth);
    }
    const auto top = std::max_element(value, value + tree_.n_values) - value;
    return static_cast<double>(top) == truth ? 0 : 1;
  }

  void add_debiased(std::span<double> out) {
    const auto n = static_cast<double>(rows_.size());
    for (const std::uint32_t row : rows_) {
      const std::vector<std::size_t>& way = follow(row);
      for (std::size_t s = 0; s + 1 < way.size(); ++s) {
        const auto feature = static_cast<std::size_t>(tree_.nodes[way[s]].feature);
        out[feature] += (agreement(way[s + 1], row) - agreement(way[s], row)) / n;
      }
    }
  }

  // People stand in a random circle; everybody borrows a feature's value from the one a number of
  // places on, which is the feature's own: an exchange that needs no list a feature.
  void add_permutation(base::Random& random, std::span<double> out) {
    if (rows_.size() < 2) return;
    std::vector<std::uint32_t> circle(rows_.begin(), rows_.end());
    random.shuffle(std::span(circle));
    const std::uint32_t key = random();
    const auto n = static_cast<double>(circle.size());
    for (std::size_t i = 0; i < circle.size(); ++i) {
      const std::uint32_t row = circle[i];
      const std::vector<std::size_t>& way = follow(row);
      const double before = loss(way.back(), row);
      for (std::size_t s = 0; s + 1 < way.size(); ++s) {
        const std::int32_t feature = tree_.nodes[way[s]].feature;
        const bool met = std::any_of(
            way.begin(), way.begin() + static_cast<std::ptrdiff_t>(s), [&](std::size_t node) {
              return tree_.nodes[node].feature == feature;
            });
        if (met) continue;
        const std::uint32_t places =
            1 + base::philox4x32({static_cast<std::uint32_t>(feature), 0, 0, 0}, {key, 0})[0] %
                    static_cast<std::uint32_t>(circle.size() - 1);
        const std::uint32_t other = circle[(i + places) % circle.size()];
        const std::size_t leaf = follow_exchanged(way[s], row, other, feature);
        out[static_cast<std::size_t>(feature)] += (loss(leaf, row) - before) / n;
      }
    }
  }

 private:
  const Ensemble& tree_;
  const Walker& walker_;
  std::span<const std::uint32_t> rows_;
  const cohort::Outcome& outcome_;
  double mean_;
  std::vector<std::size_t> way_;
};

}  // namespace

void add_out_of_bag(const Ensemble& tree,
                    const Walker& walker,
                    std::span<const std::uint32_t> rows,
                    const cohort::Outcome& outcome,
                    double mean,
                    base::Random& random,
                    OutOfBag& out) {
  std::vector<std::uint32_t> people(rows.begin(), rows.end());
  const std::size_t k = tree.n_values;
  for (const Walker::Leaf& leaf : walker.leaves(tree, 0, people)) {
    const double* value = tree.values.data() + leaf.node * k;
    for (std::size_t i = leaf.begin; i < leaf.end; ++i) {
      for (std::size_t c = 0; c < k; ++c) out.sums[people[i] * k + c] += value[c];
      ++out.n_trees[people[i]];
    }
  }
  TreeJudge judge(tree, walker, rows, outcome, mean);
  if (!out.debiased.empty()) judge.add_debiased(out.debiased);
  if (!out.permutation.empty()) judge.add_permutation(random, out.permutation);
}

}  // namespace gcrisk::models::trees
