// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "growing_tree.hpp"

namespace gcrisk::models::trees {

GrowingTree::GrowingTree(const Features& features,
                         std::size_t n_values,
                         std::span<double> importance)
    : features_(features), importance_(importance) {
  tree_.n_values = n_values;
  tree_.roots = {0};
  add_nodes(1);
}

std::size_t GrowingTree::split(std::size_t at, const Split& split) {
  importance_[split.feature] += split.cut.gain / root_size();
  const std::size_t left = tree_.nodes.size();
  Node& node = tree_.nodes[at];
  node.feature = static_cast<std::int32_t>(split.feature);
  node.left = static_cast<std::int32_t>(left);
  node.threshold = features_.threshold(split.feature, split.cut.bin);
  node.missing_left = split.cut.missing_left;
  add_nodes(2);
  return left;
}

void GrowingTree::add_nodes(std::size_t n) {
  tree_.nodes.resize(tree_.nodes.size() + n);
  tree_.values.resize(tree_.nodes.size() * tree_.n_values);
  tree_.covers.resize(tree_.nodes.size());
}

}  // namespace gcrisk::models::trees
