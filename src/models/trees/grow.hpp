// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "binary_target.hpp"
#include "block_nodes.hpp"
#include "ensemble.hpp"
#include "features.hpp"
#include "gcrisk/base/random.hpp"
#include "split.hpp"
#include "survival_target.hpp"
#include "target.hpp"

namespace gcrisk::models::trees {

struct GrowSettings {
  std::size_t mtry = 0;       // features tried at a node; 0: all
  std::size_t max_depth = 0;  // 0: no limit
  double min_node = 2;        // fewer samples are not split
  double min_leaf = 1;
  double min_gain = 0;      // share of all samples' impurity that a split must save
  bool random_cut = false;  // one random cut a feature instead of the best
};

// What one tree of two classes after the other uses, so that it need not be asked for again. Level
// 0 has nodes among everybody, each further level those of a block within the block before.
struct GrowMemory {
  struct Waiting {
    std::size_t node, depth;
  };
  struct Level {
    std::vector<std::uint32_t> rows;  // of the block
    GenotypeBlock block;
    BlockNodes nodes;
    std::vector<Waiting> stack;  // the nodes that wait
  };
  std::deque<Level> levels;
};

// One tree on the in-bag samples `rows` (ascending) with their numbers of copies. Adds to
// `importance` (one a feature) the gain of each split divided by the number of in-bag samples.
// Features are drawn without replacement until mtry of them were seen and one could be split.
template <typename Target>
Ensemble grow_tree(const Features& features,
                   const Target& target,
                   const Purity& purity,
                   std::span<const std::uint32_t> rows,
                   std::span<const std::uint32_t> copies,
                   const GrowSettings& settings,
                   base::Random& random,
                   std::span<double> importance,
                   GrowMemory& memory);

// Two classes have a faster way, with the same splits.
Ensemble grow_tree(const Features& features,
                   const BinaryTarget& target,
                   const Purity& purity,
                   std::span<const std::uint32_t> rows,
                   std::span<const std::uint32_t> copies,
                   const GrowSettings& settings,
                   base::Random& random,
                   std::span<double> importance,
                   GrowMemory& memory);

extern template Ensemble grow_tree(const Features&,
                                   const MulticlassTarget&,
                                   const Purity&,
                                   std::span<const std::uint32_t>,
                                   std::span<const std::uint32_t>,
                                   const GrowSettings&,
                                   base::Random&,
                                   std::span<double>,
                                   GrowMemory&);
extern template Ensemble grow_tree(const Features&,
                                   const ContinuousTarget&,
                                   const Purity&,
                                   std::span<const std::uint32_t>,
                                   std::span<const std::uint32_t>,
                                   const GrowSettings&,
                                   base::Random&,
                                   std::span<double>,
                                   GrowMemory&);
extern template Ensemble grow_tree(const Features&,
                                   const SurvivalTarget&,
                                   const Purity&,
                                   std::span<const std::uint32_t>,
                                   std::span<const std::uint32_t>,
                                   const GrowSettings&,
                                   base::Random&,
                                   std::span<double>,
                                   GrowMemory&);

}  // namespace gcrisk::models::trees
