// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>

#include "class_counts.hpp"
#include "split.hpp"

namespace gcrisk::models::trees {

// The best cuts of variants by Gini's purity for two classes, as best_cut finds them, for some
// variants at a time in vector registers. Nothing is missing but where said.
class GiniCuts {
 public:
  static constexpr std::size_t kMost = 8;  // variants at a time

  GiniCuts(const Purity& purity, double min_leaf)
      : weights_{purity.class_weight(0), purity.class_weight(1)}, min_leaf_(min_leaf) {}

  // Of a node with these classes and this purity.
  void set_node(const std::array<double, 2>& total, double whole) {
    total_ = total;
    whole_ = whole;
  }
  // out[k] for each of the variants.
  void find(std::span<const ClassCounts> counts, Cut* out) const;

 private:
  Cut with_missing(const ClassCounts& counts) const;

  std::array<double, 2> weights_;
  double min_leaf_;
  std::array<double, 2> total_{};
  double whole_ = 0;
};

}  // namespace gcrisk::models::trees
