// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "binary_splits.hpp"
#include "grow.hpp"
#include "growing_tree.hpp"

// Two classes and variants: what a forest on genotypes does most. A node is words of bits: among
// everybody while it is large, further down in blocks of its own samples, which are smaller. The
// splits are those of the general way.
namespace gcrisk::models::trees {

namespace {

// A block of this size stays in the cache of a core while the tree grows below its node …
constexpr std::size_t kBlockBytes = std::size_t{1} << 21;
// … but a smaller one than this is not worth filling from everybody.
constexpr std::size_t kFewestForBlock = 512;
// Filling a block looks at all variants, counting at those that are tried: beyond this ratio it
// takes longer than it saves.
constexpr std::size_t kMostVariantsPerTry = 256;
// A node with so small a share of its block's samples gets a block of its own …
constexpr double kShrink = 8;
// … and so does one that fits into a word, but for a small one.
constexpr double kWord = 64;
constexpr double kFewest = 32;
// Below such a node little is tried: this ratio is sooner reached.
constexpr std::size_t kMostVariantsPerTryOfWord = 64;

class BinaryGrower {
 public:
  BinaryGrower(const Features& features,
               const Purity& purity,
               const GrowSettings& settings,
               base::Random& random,
               std::span<double> importance,
               GrowMemory& memory)
      : features_(features),
        purity_(purity),
        settings_(settings),
        memory_(memory),
        splits_(features, purity, settings, random),
        tree_(features, 2, importance) {
    const std::size_t n_variants = features.n_variants();
    if (n_variants > 0 && n_variants <= kMostVariantsPerTry * splits_.wanted()) {
      block_samples_ = std::max(kFewestForBlock, kBlockBytes / ((n_variants + 3) / 4));
    }
    blocks_of_a_word_ = n_variants <= kMostVariantsPerTryOfWord * splits_.wanted();
  }

  // The subtree of a node that holds the samples of the block, each so many times (empty: once).
  // Blocks within blocks have higher levels.
  void grow(std::size_t level,
            const GenotypeBlock& block,
            std::span<const std::uint32_t> copies,
            GrowMemory::Waiting root) {
    while (memory_.levels.size() < level + 2) memory_.levels.emplace_back();
    BlockNodes& nodes = memory_.levels[level].nodes;
    auto& stack = memory_.levels[level].stack;
    GrowMemory::Level& below = memory_.levels[level + 1];
    nodes.set_root(block, copies);
    stack.assign(1, root);
    while (!stack.empty()) {
      const GrowMemory::Waiting work = stack.back();
      stack.pop_back();
      nodes.look();
      const Total total = numbers_of(nodes.total());
      if (wants_own_block(level, block, total) && splits_.may_split(total, work.depth)) {
        nodes.list(below.rows);
        nodes.drop();
        below.block.fill(features_.tiles(),
                         below.rows,
                         static_cast<std::size_t>(total[0]),
                         GenotypeBlock::Layout::kInTurn);
        grow(level + 1, below.block, {}, work);
        continue;
      }
      const Split split = find_split(nodes, total, work);
      if (!split.cut.found) {
        nodes.drop();
        continue;
      }
      nodes.cut(features_, split);
      const std::size_t child = tree_.split(work.node, split);
      stack.push_back({child + 1, work.depth + 1});
      stack.push_back({child, work.depth + 1});
    }
  }

  Ensemble take() && { return std::move(tree_).take(); }

 private:
  using Total = std::array<double, 2>;

  bool wants_own_block(std::size_t level, const GenotypeBlock& block, const Total& total) const {
    const double size = total[0] + total[1];
    if (size < kFewest || size > static_cast<double>(block_samples_)) return false;
    if (level == 0) return true;
    if (block.n_words() == 1) return false;
    return size <= kWord ? blocks_of_a_word_
                         : size * kShrink <= static_cast<double>(block.n_samples());
  }

  Split find_split(const BlockNodes& nodes, const Total& total, const GrowMemory::Waiting& work) {
    purity_.leaf_values(total, tree_.values(work.node));
    tree_.set_size(work.node, total[0] + total[1]);
    if (!splits_.may_split(total, work.depth)) return {};
    return splits_.find(nodes, total, settings_.min_gain * tree_.root_size());
  }

  const Features& features_;
  const Purity& purity_;
  const GrowSettings& settings_;
  GrowMemory& memory_;
  BinarySplits splits_;
  GrowingTree tree_;
  std::size_t block_samples_ = 0;  // of the largest node with a block of its own
  bool blocks_of_a_word_ = false;
};

}  // namespace

Ensemble grow_tree(const Features& features,
                   const BinaryTarget& target,
                   const Purity& purity,
                   std::span<const std::uint32_t> rows,
                   std::span<const std::uint32_t> copies,
                   const GrowSettings& settings,
                   base::Random& random,
                   std::span<double> importance,
                   GrowMemory& memory) {
  const GenotypeBlock& everybody = target.everybody();
  std::vector<std::uint32_t> of_row(everybody.n_samples());
  for (std::size_t i = 0; i < rows.size(); ++i) of_row[rows[i]] = copies[i];
  std::vector<std::uint32_t> of_bit(everybody.n_samples());
  for (std::size_t bit = 0; bit < of_bit.size(); ++bit) of_bit[bit] = of_row[everybody.row(bit)];
  BinaryGrower grower(features, purity, settings, random, importance, memory);
  grower.grow(0, everybody, of_bit, {0, 0});
  return std::move(grower).take();
}

}  // namespace gcrisk::models::trees
