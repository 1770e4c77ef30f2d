// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "tree_shap.hpp"

#include <algorithm>
#include <cmath>

#include "gcrisk/base/error.hpp"
#include "training_set.hpp"

namespace gcrisk::models::trees {

namespace {

// One feature on the way from the root: the share of training samples that pass its cuts when it is
// held back (`zero`), whether the person does (`one`), and the weight of the sets of that size.
struct Step {
  std::int32_t feature = -1;
  double zero = 1;
  double one = 1;
  double weight = 0;
};

class PersonShap {
 public:
  PersonShap(const Ensemble& trees, const Walker& walker, std::size_t column)
      : trees_(trees), walker_(walker), column_(column) {}

  // Adds the values of a tree to `out`, one a feature of the data.
  void add(std::size_t tree, std::size_t sample, double scale, Eigen::Ref<Eigen::RowVectorXd> out) {
    root_ = static_cast<std::size_t>(trees_.roots[tree]);
    sample_ = sample;
    scale_ = scale;
    descend(0, 0, 0, 1, 1, -1, out);
  }

 private:
  // The way so far lies in steps_[begin … begin + depth - 1]; deeper calls work on copies behind
  // it.
  void descend(std::size_t node_at,
               std::size_t begin,
               std::size_t depth,
               double zero,
               double one,
               std::int32_t feature,
               Eigen::Ref<Eigen::RowVectorXd> out) {
    if (steps_.size() < begin + depth + 1) steps_.resize(2 * (begin + depth + 1));
    extend(begin, depth, zero, one, feature);
    const Node& node = trees_.nodes[root_ + node_at];
    if (node.feature < 0) {
      const double value = scale_ * trees_.values[(root_ + node_at) * trees_.n_values + column_];
      for (std::size_t i = 1; i <= depth; ++i) {
        const Step& step = steps_[begin + i];
        out(step.feature) += without(begin, depth, i) * (step.one - step.zero) * value;
      }
      return;
    }
    const auto left = static_cast<std::size_t>(node.left);
    const bool goes_left = walker_.goes_left(node, sample_);
    const std::size_t hot = goes_left ? left : left + 1;
    const std::size_t cold = goes_left ? left + 1 : left;
    const double cover = trees_.covers[root_ + node_at];
    double zero_before = 1;
    double one_before = 1;
    for (std::size_t i = 1; i <= depth; ++i) {
      if (steps_[begin + i].feature != node.feature) continue;
      zero_before = steps_[begin + i].zero;
      one_before = steps_[begin + i].one;
      remove(begin, depth, i);
      --depth;
      break;
    }
    const std::size_t next = begin + depth + 1;
    for (const std::size_t child : {hot, cold}) {
      if (steps_.size() < next + depth + 2) steps_.resize(2 * (next + depth + 2));
      std::copy_n(steps_.begin() + static_cast<std::ptrdiff_t>(begin),
                  depth + 1,
                  steps_.begin() + static_cast<std::ptrdiff_t>(next));
      // A side that no weight fell to (of an imported model) still needs a way out.
      const double share = cover > 0 ? std::max(1e-10, trees_.covers[root_ + child] / cover) : 0.5;
      descend(child,
              next,
              depth + 1,
              zero_before * share,
              child == hot ? one_before : 0,
              node.feature,
              out);
    }
  }

  void extend(std::size_t begin, std::size_t depth, double zero, double one, std::int32_t feature) {
    Step* way = steps_.data() + begin;
    way[depth] = {feature, zero, one, depth == 0 ? 1.0 : 0.0};
    const auto length = static_cast<double>(depth + 1);
    for (std::size_t i = depth; i-- > 0;) {
      way[i + 1].weight += one * way[i].weight * static_cast<double>(i + 1) / length;
      way[i].weight = zero * way[i].weight * static_cast<double>(depth - i) / length;
    }
  }

  // Takes step `at` out again.
  void remove(std::size_t begin, std::size_t depth, std::size_t at) {
    Step* way = steps_.data() + begin;
    const double zero = way[at].zero;
    const double one = way[at].one;
    const auto length = static_cast<double>(depth + 1);
    double next = way[depth].weight;
    for (std::size_t i = depth; i-- > 0;) {
      if (one != 0) {
        const double before = way[i].weight;
        way[i].weight = next * length / (static_cast<double>(i + 1) * one);
        next = before - way[i].weight * zero * static_cast<double>(depth - i) / length;
      } else {
        way[i].weight = way[i].weight * length / (zero * static_cast<double>(depth - i));
      }
    }
    for (std::size_t i = at; i < depth; ++i) {
      way[i].feature = way[i + 1].feature;
      way[i].zero = way[i + 1].zero;
      way[i].one = way[i + 1].one;
    }
  }

  // Sum of the weights that would be left without step `at`.
  double without(std::size_t begin, std::size_t depth, std::size_t at) const {
    const Step* way = steps_.data() + begin;
    const double zero = way[at].zero;
    const double one = way[at].one;
    const auto length = static_cast<double>(depth + 1);
    double next = way[depth].weight;
    double total = 0;
    for (std::size_t i = depth; i-- > 0;) {
      if (one != 0) {
        const double weight = next * length / (static_cast<double>(i + 1) * one);
        total += weight;
        next = way[i].weight - weight * zero * static_cast<double>(depth - i) / length;
      } else {
        total += way[i].weight * length / (zero * static_cast<double>(depth - i));
      }
    }
    return total;
  }

  const Ensemble& trees_;
  const Walker& walker_;
  std::size_t column_;
  std::size_t root_ = 0;
  std::size_t sample_ = 0;
  double scale_ = 1;
  std::vector<Step> steps_;
};

// Mean value of a tree over the training samples.
double mean_of(const Ensemble& trees, std::size_t begin, std::size_t end, std::size_t column) {
  double sum = 0;
  for (std::size_t i = begin; i < end; ++i) {
    if (trees.nodes[i].feature < 0)
      sum += trees.covers[i] * trees.values[i * trees.n_values + column];
  }
  return trees.covers[begin] > 0 ? sum / trees.covers[begin] : 0;
}

}  // namespace

Attribution explain_trees(const Ensemble& trees,
                          std::size_t column,
                          double scale,
                          double constant,
                          const cohort::Dataset& data,
                          const base::Context& context) {
  if (trees.covers.size() != trees.nodes.size()) {
    throw base::UsageError("the model was saved without the sizes of its nodes",
                           "train it again with this version");
  }
  Attribution out;
  out.features = feature_names(data);
  const auto n = static_cast<Eigen::Index>(data.n_samples());
  out.values = Eigen::MatrixXd::Zero(n, static_cast<Eigen::Index>(data.n_features()));
  out.baseline = constant;
  for (std::size_t t = 0; t < trees.n_trees(); ++t) {
    const auto begin = static_cast<std::size_t>(trees.roots[t]);
    const std::size_t end =
        t + 1 < trees.n_trees() ? static_cast<std::size_t>(trees.roots[t + 1]) : trees.nodes.size();
    out.baseline += scale * mean_of(trees, begin, end, column);
  }
  const Walker walker(data, trees);
  std::vector<double> errors(data.n_samples());
  context.for_chunks(data.n_samples(), 4, [&](std::size_t begin, std::size_t end) {
    PersonShap shap(trees, walker, column);
    Eigen::RowVectorXd values(out.values.cols());
    for (std::size_t i = begin; i < end; ++i) {
      context.cancellation->check();
      values.setZero();
      double score = constant;
      for (std::size_t t = 0; t < trees.n_trees(); ++t) {
        shap.add(t, i, scale, values);
        score += scale * trees.values[walker.leaf(trees, t, i) * trees.n_values + column];
      }
      errors[i] = std::abs(out.baseline + values.sum() - score);
      out.values.row(static_cast<Eigen::Index>(i)) = values;
    }
  });
  out.largest_error = errors.empty() ? 0 : *std::max_element(errors.begin(), errors.end());
  return out;
}

}  // namespace gcrisk::models::trees
