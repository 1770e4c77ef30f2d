// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

#include "genotype_block.hpp"
#include "gini_cuts.hpp"
#include "grow.hpp"

// Two classes and variants: what a forest on genotypes does most. A node is a list of samples until
// it is small enough for a block; from there on it is a mask of bits. The splits are those of the
// general way.
namespace gcrisk::models::trees {

namespace {

// Features tried together, whose loads overlap.
constexpr std::size_t kTogether = GiniCuts::kMost;
// A block of this size stays in the cache of a core while the tree grows below its node …
constexpr std::size_t kBlockBytes = std::size_t{1} << 21;
// … but a smaller one than this is not worth a list of samples.
constexpr std::size_t kFewestForBlock = 512;
// Filling a block looks at all variants, counting at those that are tried: beyond this ratio lists
// are faster.
constexpr std::size_t kMostVariantsPerTry = 256;
// A node with so small a share of its block's samples gets a block of its own …
constexpr double kShrink = 8;
// … unless it has hardly a word of them.
constexpr double kFewestForSmallerBlock = 64;

using Totals = std::array<double, 2>;

struct Split {
  std::size_t feature = 0;
  Cut cut;
};

// A node of rows_[begin … end), the first class in front.
struct Work {
  std::size_t begin, end, n_first, node, depth;
};

struct BlockWork {
  std::size_t node, depth;
};

class BinaryGrower {
 public:
  BinaryGrower(const Features& features,
               const BinaryTarget& target,
               const Purity& purity,
               const GrowSettings& settings,
               base::Random& random,
               std::span<double> importance,
               GrowMemory& memory)
      : features_(features),
        target_(target),
        purity_(purity),
        settings_(settings),
        random_(random),
        importance_(importance),
        memory_(memory),
        order_(features.size()),
        wanted_(settings.mtry == 0 ? order_.size() : std::min(settings.mtry, order_.size())) {
    std::iota(order_.begin(), order_.end(), 0U);
    const std::size_t n_variants = features.n_variants();
    if (n_variants > 0 && n_variants <= kMostVariantsPerTry * wanted_) {
      block_samples_ = std::max(kFewestForBlock, kBlockBytes / ((n_variants + 3) / 4));
    }
  }

  Ensemble grow(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> copies) {
    for (const std::int32_t cls : {0, 1}) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (target_.class_of(rows[i]) != cls) continue;
        rows_.push_back(rows[i]);
        copies_.push_back(copies[i]);
      }
      if (cls == 0) n_first_ = rows_.size();
    }
    spare_rows_.resize(rows_.size());
    spare_copies_.resize(rows_.size());
    const std::uint32_t most =
        rows_.empty() ? 1 : *std::max_element(copies_.begin(), copies_.end());
    chunk_ = std::max<std::size_t>(1, 65535 / most);

    tree_.n_values = 2;
    tree_.roots = {0};
    add_nodes(1);
    std::vector<Work> stack = {{0, rows_.size(), n_first_, 0, 0}};
    while (!stack.empty()) {
      const Work work = stack.back();
      stack.pop_back();
      const auto begin = copies_.begin() + static_cast<std::ptrdiff_t>(work.begin);
      const auto middle = begin + static_cast<std::ptrdiff_t>(work.n_first);
      const auto end = copies_.begin() + static_cast<std::ptrdiff_t>(work.end);
      const Totals total = {std::accumulate(begin, middle, 0.0), std::accumulate(middle, end, 0.0)};
      if (work.node == 0) in_bag_ = total[0] + total[1];
      if (total[0] + total[1] <= static_cast<double>(block_samples_)) {
        grow_block(0, expand(work, true), expand(work, false), work.node, work.depth);
        continue;
      }
      set_node(work.node, total);
      const Split split = find_split(RowSamples{*this, work}, total, work.depth);
      if (!split.cut.found) continue;
      const Work left = partition(work, split);
      const std::size_t child = split_node(work.node, split);
      stack.push_back({left.end, work.end, work.n_first - left.n_first, child + 1, work.depth + 1});
      stack.push_back({work.begin, left.end, left.n_first, child, work.depth + 1});
    }
    return std::move(tree_);
  }

 private:
  // The samples of a node, as the search for a split asks for them.
  struct RowSamples {
    const BinaryGrower& grower;
    const Work& work;
    void count(std::span<const std::size_t> variants, ClassCounts* out) const {
      const std::size_t n = work.end - work.begin;
      const NodeRows node{std::span(grower.rows_).subspan(work.begin, n),
                          std::span(grower.copies_).subspan(work.begin, n),
                          work.n_first,
                          grower.chunk_};
      count_in_rows(grower.features_, variants, node, out);
    }
    void prefetch(std::size_t /*variant*/) const {}
    template <typename Visit>
    void each(Visit visit) const {
      for (std::size_t i = work.begin; i < work.end; ++i) {
        const std::uint64_t copies = grower.copies_[i];
        visit(grower.rows_[i], i < work.begin + work.n_first ? copies : copies << 32);
      }
    }
  };
  struct BlockSamples {
    const GenotypeBlock& block;
    const BlockNode& node;
    void count(std::span<const std::size_t> variants, ClassCounts* out) const {
      for (const std::size_t v : variants) *out++ = count_in_block(block, v, node);
    }
    void prefetch(std::size_t variant) const {
      const std::uint64_t* low = block.planes(variant) + node.at.front() * GenotypeBlock::kStride;
      __builtin_prefetch(low);
      __builtin_prefetch(low + block.to_high());
    }
    template <typename Visit>
    void each(Visit visit) const {
      for (std::size_t i = 0; i < node.at.size(); ++i) {
        const std::uint64_t copy = i < node.n_first ? 1 : std::uint64_t{1} << 32;
        for (std::uint64_t bits = node.bits[i]; bits != 0; bits &= bits - 1) {
          visit(block.row(node.at[i] * 64 + static_cast<std::size_t>(std::countr_zero(bits))),
                copy);
        }
      }
    }
  };

  void add_nodes(std::size_t n) {
    tree_.nodes.resize(tree_.nodes.size() + n);
    tree_.values.resize(2 * tree_.nodes.size());
    tree_.covers.resize(tree_.nodes.size());
  }

  void set_node(std::size_t node, const Totals& total) {
    purity_.leaf_values(total, tree_.values.data() + 2 * node);
    tree_.covers[node] = total[0] + total[1];
  }

  // Makes an inner node; returns its left child, which the right one follows.
  std::size_t split_node(std::size_t at, const Split& split) {
    importance_[split.feature] += split.cut.gain / in_bag_;
    const std::size_t left = tree_.nodes.size();
    Node& node = tree_.nodes[at];
    node.feature = static_cast<std::int32_t>(split.feature);
    node.left = static_cast<std::int32_t>(left);
    node.threshold = features_.threshold(split.feature, split.cut.bin);
    node.missing_left = split.cut.missing_left;
    add_nodes(2);
    return left;
  }

  // A row for each copy of a class.
  std::vector<std::uint32_t> expand(const Work& work, bool first) const {
    std::vector<std::uint32_t> out;
    const std::size_t middle = work.begin + work.n_first;
    for (std::size_t i = first ? work.begin : middle; i < (first ? middle : work.end); ++i) {
      out.insert(out.end(), copies_[i], rows_[i]);
    }
    return out;
  }

  // The subtree of a node whose in-bag copies are given.
  void grow_block(std::size_t level,
                  std::span<const std::uint32_t> first,
                  std::span<const std::uint32_t> second,
                  std::size_t root,
                  std::size_t root_depth) {
    if (memory_.blocks.size() <= level) memory_.blocks.emplace_back();
    GenotypeBlock& block = memory_.blocks[level];
    block.fill(features_.tiles(), first, second);
    const std::size_t n_words = block.n_words();
    // The mask of the k-th node that waits lies at k * n_words.
    std::vector<std::uint64_t> masks(block.all().begin(), block.all().end());
    std::vector<BlockWork> stack = {{root, root_depth}};
    std::vector<std::uint64_t> mask(n_words);
    std::vector<std::uint64_t> left(n_words);
    BlockNode node;
    while (!stack.empty()) {
      const BlockWork work = stack.back();
      stack.pop_back();
      std::copy_n(masks.begin() + static_cast<std::ptrdiff_t>(stack.size() * n_words),
                  n_words,
                  mask.begin());
      node.set(block, mask);
      const auto count = [&](std::size_t begin, std::size_t end) {
        int n = 0;
        for (std::size_t i = begin; i < end; ++i) n += std::popcount(node.bits[i]);
        return static_cast<double>(n);
      };
      const Totals total = {count(0, node.n_first), count(node.n_first, node.bits.size())};
      const double size = total[0] + total[1];
      if (n_words > 2 && size >= kFewestForSmallerBlock && !is_pure(total, purity_) &&
          size * kShrink <= static_cast<double>(block.n_samples())) {
        std::array<std::vector<std::uint32_t>, 2> rows;
        BlockSamples{block, node}.each(
            [&](std::uint32_t row, std::uint64_t copy) { rows[copy == 1 ? 0 : 1].push_back(row); });
        grow_block(level + 1, rows[0], rows[1], work.node, work.depth);
        continue;
      }
      set_node(work.node, total);
      const Split split = find_split(BlockSamples{block, node}, total, work.depth);
      if (!split.cut.found) continue;
      partition(block, mask, split, left);
      const std::size_t child = split_node(work.node, split);
      masks.resize(std::max(masks.size(), (stack.size() + 2) * n_words));
      std::uint64_t* right_out = masks.data() + stack.size() * n_words;
      for (std::size_t w = 0; w < n_words; ++w) {
        right_out[w] = mask[w] & ~left[w];
        right_out[n_words + w] = left[w];
      }
      stack.push_back({child + 1, work.depth + 1});
      stack.push_back({child, work.depth + 1});
    }
  }

  template <typename Samples>
  Split find_split(const Samples& samples, const Totals& total, std::size_t depth) {
    Split best;
    const double size = total[0] + total[1];
    const bool deep = settings_.max_depth > 0 && depth >= settings_.max_depth;
    if (deep || size < settings_.min_node || size < 2 * settings_.min_leaf ||
        is_pure(total, purity_)) {
      return best;
    }
    const std::size_t p = order_.size();
    const double whole = purity_(total);
    // Several at a time up to the number that is wanted, then one by one until there is a cut. A
    // random cut takes a random number after its feature's: one at a time there.
    const std::size_t together = settings_.random_cut ? 1 : kTogether;
    std::array<std::size_t, kTogether> drawn;
    std::array<std::size_t, kTogether> variants;
    std::array<ClassCounts, kTogether> counts;
    std::array<Cut, kTogether> cuts;
    const bool in_registers = !settings_.random_cut && purity_.criterion() == Criterion::kGini;
    gini_.set_node(total, whole);
    for (std::size_t at = 0; at < p && (at < wanted_ || !best.cut.found);) {
      const std::size_t n = at < wanted_ ? std::min(together, wanted_ - at) : 1;
      std::size_t n_variants = 0;
      for (std::size_t k = 0; k < n; ++k, ++at) {
        if (wanted_ < p) {
          std::swap(order_[at], order_[at + random_.below32(static_cast<std::uint32_t>(p - at))]);
        }
        drawn[k] = order_[at];
        if (!features_.is_variant(drawn[k])) continue;
        samples.prefetch(drawn[k]);
        variants[n_variants++] = drawn[k];
      }
      samples.count(std::span(variants.data(), n_variants), counts.data());
      if (in_registers) gini_.find(std::span(counts.data(), n_variants), cuts.data());
      std::size_t next = 0;
      for (std::size_t k = 0; k < n; ++k) {
        Cut cut;
        if (!features_.is_variant(drawn[k])) {
          cut = cut_of_column(features_.column(drawn[k]), samples, total);
        } else if (in_registers) {
          cut = cuts[next++];
        } else {
          cut = cut_of_variant(counts[next++], total);
        }
        if (cut.found && (!best.cut.found || cut.gain > best.cut.gain)) best = {drawn[k], cut};
      }
    }
    // Below the rounding of the sums there is no gain: the node is constant.
    const double rounding = 1e-12 * std::max(size, std::abs(whole));
    if (best.cut.found && !(best.cut.gain > settings_.min_gain * in_bag_ + rounding)) {
      best.cut.found = false;
    }
    return best;
  }

  Cut cut_of_variant(const ClassCounts& counts, const Totals& total) {
    bins_.resize(6);
    target_.read(&counts[genotype::kHomA2], bins_.data());
    target_.read(&counts[genotype::kHet], bins_.data() + 2);
    target_.read(&counts[genotype::kHomA1], bins_.data() + 4);
    target_.read(&counts[genotype::kMissing], missing_.data());
    return cut_of_bins(total);
  }

  template <typename Samples>
  Cut cut_of_column(const BinnedColumn& column, const Samples& samples, const Totals& total) {
    std::array<std::uint64_t, 256> cells{};
    samples.each(
        [&](std::uint32_t row, std::uint64_t copies) { cells[column.bins[row]] += copies; });
    bins_.resize(2 * column.n_bins());
    for (std::size_t b = 0; b < column.n_bins(); ++b) {
      target_.read(&cells[b], bins_.data() + 2 * b);
    }
    target_.read(&cells[BinnedColumn::kMissingBin], missing_.data());
    return cut_of_bins(total);
  }

  Cut cut_of_bins(const Totals& total) {
    std::ptrdiff_t only = -1;
    if (settings_.random_cut) {
      only = draw_cut(bins_, 2, purity_, random_);
      if (only < 0) return {};
    }
    return best_cut(bins_, missing_, total, purity_, settings_.min_leaf, only);
  }

  // Left samples to the front, both sides in their old order; returns the left side.
  Work partition(const Work& work, const Split& split) {
    std::size_t left = work.begin;
    std::size_t right = 0;
    std::size_t n_first = 0;
    for (std::size_t i = work.begin; i < work.end; ++i) {
      if (i == work.begin + work.n_first) n_first = left - work.begin;
      if (features_.goes_left(split.feature, rows_[i], split.cut.bin, split.cut.missing_left)) {
        rows_[left] = rows_[i];
        copies_[left++] = copies_[i];
      } else {
        spare_rows_[right] = rows_[i];
        spare_copies_[right++] = copies_[i];
      }
    }
    if (work.begin + work.n_first == work.end) n_first = left - work.begin;
    std::copy_n(spare_rows_.begin(), right, rows_.begin() + static_cast<std::ptrdiff_t>(left));
    std::copy_n(spare_copies_.begin(), right, copies_.begin() + static_cast<std::ptrdiff_t>(left));
    return {work.begin, left, n_first, 0, 0};
  }

  void partition(const GenotypeBlock& block,
                 std::span<const std::uint64_t> mask,
                 const Split& split,
                 std::span<std::uint64_t> left) const {
    if (features_.is_variant(split.feature)) {
      left_of_variant(block, split.feature, split.cut.bin, split.cut.missing_left, mask, left);
      return;
    }
    for (std::size_t w = 0; w < mask.size(); ++w) {
      left[w] = 0;
      for (std::uint64_t bits = mask[w]; bits != 0; bits &= bits - 1) {
        const auto bit = static_cast<std::size_t>(std::countr_zero(bits));
        if (features_.goes_left(
                split.feature, block.row(64 * w + bit), split.cut.bin, split.cut.missing_left)) {
          left[w] |= std::uint64_t{1} << bit;
        }
      }
    }
  }

  const Features& features_;
  const BinaryTarget& target_;
  const Purity& purity_;
  const GrowSettings& settings_;
  base::Random& random_;
  std::span<double> importance_;
  GrowMemory& memory_;
  GiniCuts gini_{purity_, settings_.min_leaf};
  std::vector<std::uint32_t> order_;
  std::size_t wanted_;
  std::size_t block_samples_ = 0;
  Ensemble tree_;
  double in_bag_ = 0;
  std::size_t n_first_ = 0;
  std::size_t chunk_ = 0;
  std::vector<std::uint32_t> rows_, spare_rows_;
  std::vector<std::uint32_t> copies_, spare_copies_;
  std::vector<double> bins_;
  std::array<double, 2> missing_{};
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
  return BinaryGrower(features, target, purity, settings, random, importance, memory)
      .grow(rows, copies);
}

}  // namespace gcrisk::models::trees
