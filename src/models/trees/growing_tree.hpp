// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "ensemble.hpp"
#include "features.hpp"
#include "split.hpp"

namespace gcrisk::models::trees {

// A tree while it grows. Node 0 is the root; children lie behind their parent.
class GrowingTree {
 public:
  // Each split adds its gain, divided by the number of samples at the root, to its feature's
  // `importance`.
  GrowingTree(const Features& features, std::size_t n_values, std::span<double> importance);

  // The node's numbers, to be set. The root's size is to be known before it is split.
  double* values(std::size_t node) { return tree_.values.data() + node * tree_.n_values; }
  void set_size(std::size_t node, double n_samples) { tree_.covers[node] = n_samples; }
  double root_size() const { return tree_.covers.front(); }

  // Makes an inner node of a leaf; returns its left child, which the right one follows.
  std::size_t split(std::size_t node, const Split& split);

  Ensemble take() && { return std::move(tree_); }

 private:
  void add_nodes(std::size_t n);

  const Features& features_;
  std::span<double> importance_;
  Ensemble tree_;
};

}  // namespace gcrisk::models::trees
