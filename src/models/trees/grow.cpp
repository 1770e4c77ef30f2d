// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "grow.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <type_traits>

namespace gcrisk::models::trees {

namespace {

// Bins of a variant in the order of copies of A1, and the value at which each cut lies.
constexpr std::size_t kVariantBins = 3;

template <typename Target>
class Grower {
 public:
  Grower(const Features& features,
         const Target& target,
         const Purity& purity,
         const GrowSettings& settings,
         base::Random& random)
      : features_(features),
        target_(target),
        purity_(purity),
        settings_(settings),
        random_(random),
        order_(features.size()) {
    std::iota(order_.begin(), order_.end(), 0U);
  }

  Ensemble grow(std::span<const std::uint32_t> rows,
                std::span<const std::uint32_t> copies,
                std::span<double> importance) {
    rows_.assign(rows.begin(), rows.end());
    items_.clear();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      items_.push_back(target_.item(rows[i], copies[i]));
    }
    spare_rows_.resize(rows_.size());
    spare_items_.resize(items_.size());

    Ensemble tree;
    tree.n_values = purity_.n_values(target_.n_stats());
    tree.roots = {0};
    std::vector<Work> stack = {{0, rows_.size(), 0, 0}};
    tree.nodes.emplace_back();
    while (!stack.empty()) {
      const Work work = stack.back();
      stack.pop_back();
      sum_node(work);
      tree.values.resize(tree.nodes.size() * tree.n_values);
      purity_.leaf_values(total_, tree.values.data() + work.node * tree.n_values);
      if (work.node == 0) in_bag_ = purity_.size(total_);
      const Split split = find_split(work);
      if (!split.cut.found) continue;
      importance[split.feature] += split.cut.gain / in_bag_;
      const std::size_t middle = partition(work, split);
      const std::size_t left = tree.nodes.size();
      Node& node = tree.nodes[work.node];
      node.feature = static_cast<std::int32_t>(split.feature);
      node.left = static_cast<std::int32_t>(left);
      node.threshold = features_.is_variant(split.feature)
                           ? static_cast<double>(split.cut.bin) + 0.5
                           : features_.column(split.feature).cuts[split.cut.bin];
      node.missing_left = split.cut.missing_left;
      tree.nodes.resize(left + 2);
      stack.push_back({middle, work.end, left + 1, work.depth + 1});
      stack.push_back({work.begin, middle, left, work.depth + 1});
    }
    return tree;
  }

 private:
  struct Work {
    std::size_t begin, end, node, depth;
  };
  struct Split {
    std::size_t feature = 0;
    Cut cut;
  };

  void sum_node(const Work& work) {
    cells_.assign(target_.stride(), {});
    for (std::size_t i = work.begin; i < work.end; ++i) target_.add(cells_.data(), items_[i]);
    total_.resize(target_.n_stats());
    target_.read(cells_.data(), total_.data());
  }

  // The histogram of a variant over a node: one shift and one addition a sample. Two sets of bins
  // in turn, so that neighbouring samples of one genotype do not wait for each other.
  void histogram_of_variant(const std::uint8_t* row, const Work& work) {
    const std::size_t stride = target_.stride();
    cells_.assign(8 * stride, {});
    typename Target::Cell* even = cells_.data();
    typename Target::Cell* odd = even + 4 * stride;
    const auto code = [&](std::uint32_t r) { return row[r / 4] >> (2 * (r % 4)) & 3U; };
    std::size_t i = work.begin;
    for (; i + 2 <= work.end; i += 2) {
      target_.add(even + code(rows_[i]) * stride, items_[i]);
      target_.add(odd + code(rows_[i + 1]) * stride, items_[i + 1]);
    }
    if (i < work.end) target_.add(even + code(rows_[i]) * stride, items_[i]);
    for (std::size_t c = 0; c < 4 * stride; ++c) even[c] += odd[c];
    const std::size_t k = target_.n_stats();
    bins_.resize(kVariantBins * k);
    missing_.resize(k);
    target_.read(even + genotype::kHomA2 * stride, bins_.data());
    target_.read(even + genotype::kHet * stride, bins_.data() + k);
    target_.read(even + genotype::kHomA1 * stride, bins_.data() + 2 * k);
    target_.read(even + genotype::kMissing * stride, missing_.data());
  }

  void histogram_of_column(const BinnedColumn& column, const Work& work) {
    const std::size_t stride = target_.stride();
    cells_.assign(256 * stride, {});
    for (std::size_t i = work.begin; i < work.end; ++i) {
      target_.add(cells_.data() + column.bins[rows_[i]] * stride, items_[i]);
    }
    const std::size_t k = target_.n_stats();
    bins_.resize(column.n_bins() * k);
    missing_.resize(k);
    for (std::size_t b = 0; b < column.n_bins(); ++b) {
      target_.read(cells_.data() + b * stride, bins_.data() + b * k);
    }
    target_.read(cells_.data() + BinnedColumn::kMissingBin * stride, missing_.data());
  }

  // A cut drawn evenly from those that separate the node's called samples.
  std::ptrdiff_t draw_cut() {
    const std::size_t k = target_.n_stats();
    const std::size_t n = bins_.size() / k;
    const auto filled = [&](std::size_t b) {
      return purity_.size(std::span(bins_).subspan(b * k, k)) > 0;
    };
    std::size_t low = 0;
    while (low < n && !filled(low)) ++low;
    std::size_t high = n;
    while (high > low && !filled(high - 1)) --high;
    if (high < low + 2) return -1;
    return static_cast<std::ptrdiff_t>(low + random_.below(high - 1 - low));
  }

  // The same cut as the general way finds, for what a forest of variants does most: two classes,
  // Gini, three ordered genotypes. Everything stays in registers.
  Cut gini_cut(const std::uint8_t* row,
               const Work& work) requires std::is_same_v<Target, BinaryTarget> {
    std::array<std::uint64_t, 4> even{};
    std::array<std::uint64_t, 4> odd{};
    const auto code = [&](std::uint32_t r) { return row[r / 4] >> (2 * (r % 4)) & 3U; };
    std::size_t i = work.begin;
    for (; i + 2 <= work.end; i += 2) {
      even[code(rows_[i])] += items_[i];
      odd[code(rows_[i + 1])] += items_[i + 1];
    }
    if (i < work.end) even[code(rows_[i])] += items_[i];
    const auto bin = [&](genotype::Code c) { return even[c] + odd[c]; };
    const std::uint64_t missing = bin(genotype::kMissing);
    const std::uint64_t none = bin(genotype::kHomA2);
    const std::uint64_t one = bin(genotype::kHet);
    const std::uint64_t two = bin(genotype::kHomA1);
    const std::uint64_t all = none + one + two + missing;
    const double weight0 = purity_.class_weight(0);
    const double weight1 = purity_.class_weight(1);
    const auto size = [](std::uint64_t s) {
      return static_cast<double>((s & 0xffffffffU) + (s >> 32));
    };
    const auto gini = [&](std::uint64_t s) {
      const double n0 = weight0 * static_cast<double>(s & 0xffffffffU);
      const double n1 = weight1 * static_cast<double>(s >> 32);
      return (n0 * n0 + n1 * n1) / (n0 + n1);
    };
    Cut best;
    const auto attempt = [&](std::uint64_t left, std::size_t b, bool missing_left) {
      const std::uint64_t right = all - left;
      if (left == 0 || right == 0) return;
      const double n_left = size(left);
      const double n_right = size(right);
      if (n_left < settings_.min_leaf || n_right < settings_.min_leaf) return;
      const double gain = gini(left) + gini(right) - gini(all);
      if (!best.found || gain > best.gain) {
        best = {gain, b, missing != 0 ? missing_left : n_left > n_right, true};
      }
    };
    attempt(none, 0, false);
    if (missing != 0) attempt(none + missing, 0, true);
    attempt(none + one, 1, false);
    if (missing != 0) attempt(none + one + missing, 1, true);
    return best;
  }

  Cut cut_of(std::size_t feature, const Work& work) {
    if constexpr (std::is_same_v<Target, BinaryTarget>) {
      if (features_.is_variant(feature) && !settings_.random_cut &&
          purity_.criterion() == Criterion::kGini) {
        return gini_cut(features_.variant(feature), work);
      }
    }
    if (features_.is_variant(feature)) {
      histogram_of_variant(features_.variant(feature), work);
    } else {
      histogram_of_column(features_.column(feature), work);
    }
    std::ptrdiff_t only = -1;
    if (settings_.random_cut) {
      only = draw_cut();
      if (only < 0) return {};
    }
    return best_cut(bins_, missing_, total_, purity_, settings_.min_leaf, only);
  }

  Split find_split(const Work& work) {
    Split best;
    const double size = purity_.size(total_);
    const bool deep = settings_.max_depth > 0 && work.depth >= settings_.max_depth;
    if (deep || size < settings_.min_node || size < 2 * settings_.min_leaf || is_pure()) {
      return best;
    }
    const std::size_t p = order_.size();
    const std::size_t wanted = settings_.mtry == 0 ? p : std::min(settings_.mtry, p);
    for (std::size_t drawn = 0; drawn < p && (drawn < wanted || !best.cut.found); ++drawn) {
      std::swap(order_[drawn],
                order_[drawn +
                       (wanted < p ? random_.below32(static_cast<std::uint32_t>(p - drawn)) : 0)]);
      const std::size_t feature = order_[drawn];
      const Cut cut = cut_of(feature, work);
      const bool better = cut.found && (!best.cut.found || cut.gain > best.cut.gain);
      if (better) best = {feature, cut};
    }
    // Below the rounding of the sums there is no gain: the node is constant.
    const double rounding = 1e-12 * std::max(size, std::abs(purity_(total_)));
    if (best.cut.found && !(best.cut.gain > settings_.min_gain * in_bag_ + rounding)) {
      best.cut.found = false;
    }
    return best;
  }

  bool is_pure() const {
    if (purity_.n_values(total_.size()) == 1) return false;
    return std::count_if(total_.begin(), total_.end(), [](double n) { return n > 0; }) < 2;
  }

  // Left samples to the front, both sides in their old order; returns where the right side begins.
  std::size_t partition(const Work& work, const Split& split) {
    const bool variant = features_.is_variant(split.feature);
    const std::uint8_t* row = variant ? features_.variant(split.feature) : nullptr;
    const std::uint8_t* bins = variant ? nullptr : features_.column(split.feature).bins.data();
    std::size_t left = work.begin;
    std::size_t right = 0;
    for (std::size_t i = work.begin; i < work.end; ++i) {
      const std::uint32_t r = rows_[i];
      bool go_left = split.cut.missing_left;
      if (variant) {
        const int count = genotype::kA1Count[row[r / 4] >> (2 * (r % 4)) & 3];
        if (count >= 0) go_left = static_cast<std::size_t>(count) <= split.cut.bin;
      } else if (bins[r] != BinnedColumn::kMissingBin) {
        go_left = bins[r] <= split.cut.bin;
      }
      if (go_left) {
        rows_[left] = r;
        items_[left++] = items_[i];
      } else {
        spare_rows_[right] = r;
        spare_items_[right++] = items_[i];
      }
    }
    std::copy_n(spare_rows_.begin(), right, rows_.begin() + static_cast<std::ptrdiff_t>(left));
    std::copy_n(spare_items_.begin(), right, items_.begin() + static_cast<std::ptrdiff_t>(left));
    return left;
  }

  const Features& features_;
  const Target& target_;
  const Purity& purity_;
  const GrowSettings& settings_;
  base::Random& random_;
  double in_bag_ = 0;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> rows_, spare_rows_;
  std::vector<typename Target::Item> items_, spare_items_;
  std::vector<typename Target::Cell> cells_;
  std::vector<double> total_, bins_, missing_;
};

}  // namespace

template <typename Target>
Ensemble grow_tree(const Features& features,
                   const Target& target,
                   const Purity& purity,
                   std::span<const std::uint32_t> rows,
                   std::span<const std::uint32_t> copies,
                   const GrowSettings& settings,
                   base::Random& random,
                   std::span<double> importance) {
  return Grower<Target>(features, target, purity, settings, random).grow(rows, copies, importance);
}

template Ensemble grow_tree(const Features&,
                            const BinaryTarget&,
                            const Purity&,
                            std::span<const std::uint32_t>,
                            std::span<const std::uint32_t>,
                            const GrowSettings&,
                            base::Random&,
                            std::span<double>);
template Ensemble grow_tree(const Features&,
                            const MulticlassTarget&,
                            const Purity&,
                            std::span<const std::uint32_t>,
                            std::span<const std::uint32_t>,
                            const GrowSettings&,
                            base::Random&,
                            std::span<double>);
template Ensemble grow_tree(const Features&,
                            const ContinuousTarget&,
                            const Purity&,
                            std::span<const std::uint32_t>,
                            std::span<const std::uint32_t>,
                            const GrowSettings&,
                            base::Random&,
                            std::span<double>);

}  // namespace gcrisk::models::trees
