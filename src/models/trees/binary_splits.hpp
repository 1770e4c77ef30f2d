// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "block_nodes.hpp"
#include "gcrisk/base/random.hpp"
#include "gini_cuts.hpp"
#include "grow.hpp"

namespace gcrisk::models::trees {

// Draws the features of a node of two classes and finds the best cut among them, as the general
// way does it, with the same random numbers.
class BinarySplits {
 public:
  BinarySplits(const Features& features,
               const Purity& purity,
               const GrowSettings& settings,
               base::Random& random);

  // Features tried at a node.
  std::size_t wanted() const { return wanted_; }
  // Whether a node is large and mixed enough, and not too deep.
  bool may_split(const std::array<double, 2>& total, std::size_t depth) const;
  // Of the node on top, which may be split. `least_gain` is what a cut must save.
  Split find(const BlockNodes& node, const std::array<double, 2>& total, double least_gain);

 private:
  // Features tried together, whose loads overlap.
  static constexpr std::size_t kTogether = 64;

  void draw(std::size_t begin, std::size_t end);
  void try_features(std::span<const std::uint32_t> drawn,
                    const BlockNodes& node,
                    const std::array<double, 2>& total,
                    Split& best);
  void cut_variants(std::span<const std::size_t> variants,
                    const BlockNodes& node,
                    const std::array<double, 2>& total,
                    Cut* cuts);
  Cut cut_of_variant(const ClassCounts& counts, const std::array<double, 2>& total);
  Cut cut_of_column(const BinnedColumn& column,
                    const BlockNodes& node,
                    const std::array<double, 2>& total);
  void add(ClassCount bin);
  Cut cut_of_bins(const std::array<double, 2>& total, const std::array<double, 2>& missing);

  const Features& features_;
  const Purity& purity_;
  const GrowSettings& settings_;
  base::Random& random_;
  GiniCuts gini_;
  std::vector<std::uint32_t> order_;  // of the features, drawn ones in front
  std::size_t wanted_;
  std::vector<double> bins_;
};

}  // namespace gcrisk::models::trees
