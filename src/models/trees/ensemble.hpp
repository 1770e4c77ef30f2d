// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "features.hpp"
#include "gcrisk/base/context.hpp"
#include "gcrisk/base/tensor.hpp"
#include "gcrisk/cohort/dataset.hpp"

namespace gcrisk::models::trees {

// One node. A leaf has feature -1. Otherwise a sample goes left where its value (copies of A1 of
// a variant, number of a column) is at most the threshold; a missing one goes as learned.
struct Node {
  std::int32_t feature = -1;
  std::int32_t left = -1;  // the right child follows it
  double threshold = 0;
  bool missing_left = false;
};

// Grown trees, flat: nodes of all trees in a row, children by index within the tree. Each node
// has `n_values` numbers (shares of the classes, or the mean), inner nodes too.
struct Ensemble {
  std::size_t n_values = 1;
  std::vector<std::int64_t> roots;  // index of each tree's root in `nodes`
  std::vector<Node> nodes;
  std::vector<double> values;  // nodes.size() × n_values
  std::vector<double> covers;  // training weight of each node (boosting: Σ hessian); or empty
  std::vector<double> gains;   // of each split, 0 for leaves; or empty

  std::size_t n_trees() const { return roots.size(); }
  void append(const Ensemble& tree);
  void truncate(std::size_t n_trees);  // keeps the first ones

  base::TensorMap to_tensors() const;
  static Ensemble from_tensors(const base::TensorMap& tensors);  // MalformedError
};

// Follows trees for people; keeps the columns that some node asks for at hand.
class Walker {
 public:
  // For these trees alone: the variants that they use are gathered, no others.
  Walker(const cohort::Dataset& data, const Ensemble& trees);
  // For any trees on the features that were made from `data`.
  Walker(const cohort::Dataset& data, const Features& features);
  // Which way a sample goes at an inner node.
  bool goes_left(const Node& node, std::size_t sample) const;
  // Index of the leaf in ensemble.nodes.
  std::size_t leaf(const Ensemble& trees, std::size_t tree, std::size_t sample) const;
  // The same for many samples, which are brought into the order of the leaves, by cutting the list
  // at each node.
  struct Leaf {
    std::size_t node;
    std::size_t begin, end;  // of `samples`
  };
  std::vector<Leaf> leaves(const Ensemble& trees,
                           std::size_t tree,
                           std::vector<std::uint32_t>& samples) const;

 private:
  genotype::GenotypeView genotypes_;
  const SampleTiles* tiles_ = nullptr;
  std::vector<genotype::RowScratch> gathered_;
  std::vector<const std::uint8_t*> rows_;
  const cohort::Dataset& data_;
  std::size_t n_variants_;
  std::size_t n_clinical_;
};

// Sum over trees of the leaf values, tree t counting for column t % n_columns: one row a sample.
Eigen::MatrixXd sum_values(const Ensemble& trees,
                           std::size_t n_columns,
                           const cohort::Dataset& data,
                           const base::Context& context);

// Mean over trees of the leaf values: one row a sample, n_values columns.
Eigen::MatrixXd mean_values(const Ensemble& trees,
                            const cohort::Dataset& data,
                            const base::Context& context);

}  // namespace gcrisk::models::trees
