// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "grow.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <type_traits>

#include "growing_tree.hpp"

namespace gcrisk::models::trees {

namespace {

// Bins of a variant, in the order of copies of A1.
constexpr std::size_t kVariantBins = 3;
// Below this share of all samples, a variant's row has a line of the cache for each of them.
constexpr std::size_t kFew = 256;

template <typename Target>
class Grower {
  static constexpr bool kSurvival = std::is_same_v<Target, SurvivalTarget>;

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
    std::vector<std::uint32_t> order(rows.size());
    std::iota(order.begin(), order.end(), 0U);
    if constexpr (kSurvival) {  // in the order of time, which partitions keep
      std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return target_.time(rows[a]) < target_.time(rows[b]);
      });
    }
    for (const std::uint32_t i : order) {
      rows_.push_back(rows[i]);
      items_.push_back(target_.item(rows[i], copies[i]));
    }
    spare_rows_.resize(rows_.size());
    spare_items_.resize(items_.size());

    std::size_t n_values = purity_.n_values(target_.n_stats());
    if constexpr (kSurvival) n_values = Target::kValues;
    GrowingTree tree(features_, n_values, importance);
    std::vector<Work> stack = {{0, rows_.size(), 0, 0}};
    while (!stack.empty()) {
      const Work work = stack.back();
      stack.pop_back();
      if constexpr (kSurvival) {
        const std::size_t n = work.end - work.begin;
        target_.score(std::span<const std::uint32_t>(rows_).subspan(work.begin, n),
                      std::span(items_).subspan(work.begin, n),
                      tree.values(work.node));
      }
      sum_node(work);
      if constexpr (!kSurvival) purity_.leaf_values(total_, tree.values(work.node));
      tree.set_size(work.node, purity_.size(total_));
      const Split split = find_split(work, settings_.min_gain * tree.root_size());
      if (!split.cut.found) continue;
      const std::size_t middle = partition(work, split);
      const std::size_t left = tree.split(work.node, split);
      stack.push_back({middle, work.end, left + 1, work.depth + 1});
      stack.push_back({work.begin, middle, left, work.depth + 1});
    }
    return std::move(tree).take();
  }

 private:
  struct Work {
    std::size_t begin, end, node, depth;
  };
  void sum_node(const Work& work) {
    cells_.assign(target_.stride(), {});
    for (std::size_t i = work.begin; i < work.end; ++i) target_.add(cells_.data(), items_[i]);
    total_.resize(target_.n_stats());
    target_.read(cells_.data(), total_.data());
  }

  // The histogram of a variant over a node. Few samples are looked up in their own lines, which
  // stay in the cache while the tree grows below the node.
  void histogram_of_variant(std::size_t variant, const Work& work) {
    if (work.end - work.begin < features_.n_samples() / kFew) {
      add_variant(work, [&](std::uint32_t r) { return features_.tiles().code(variant, r); });
    } else {
      const std::uint8_t* row = features_.variant(variant);
      add_variant(work, [&](std::uint32_t r) { return row[r / 4] >> (2 * (r % 4)) & 3; });
    }
    const std::size_t stride = target_.stride();
    const std::size_t k = target_.n_stats();
    bins_.resize(kVariantBins * k);
    missing_.resize(k);
    target_.read(cells_.data() + genotype::kHomA2 * stride, bins_.data());
    target_.read(cells_.data() + genotype::kHet * stride, bins_.data() + k);
    target_.read(cells_.data() + genotype::kHomA1 * stride, bins_.data() + 2 * k);
    target_.read(cells_.data() + genotype::kMissing * stride, missing_.data());
  }

  // Two sets of bins in turn, so that neighbouring samples of one genotype do not wait for each
  // other.
  template <typename Code>
  void add_variant(const Work& work, Code code) {
    const std::size_t stride = target_.stride();
    cells_.assign(8 * stride, {});
    typename Target::Cell* even = cells_.data();
    typename Target::Cell* odd = even + 4 * stride;
    const auto place = [&](std::size_t i) {
      return static_cast<std::size_t>(code(rows_[i])) * stride;
    };
    std::size_t i = work.begin;
    for (; i + 2 <= work.end; i += 2) {
      target_.add(even + place(i), items_[i]);
      target_.add(odd + place(i + 1), items_[i + 1]);
    }
    if (i < work.end) target_.add(even + place(i), items_[i]);
    for (std::size_t c = 0; c < 4 * stride; ++c) even[c] += odd[c];
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

  Cut cut_of(std::size_t feature, const Work& work) {
    if (features_.is_variant(feature)) {
      histogram_of_variant(feature, work);
    } else {
      histogram_of_column(features_.column(feature), work);
    }
    std::ptrdiff_t only = -1;
    if (settings_.random_cut) {
      only = draw_cut(bins_, target_.n_stats(), purity_, random_);
      if (only < 0) return {};
    }
    return best_cut(bins_, missing_, total_, purity_, settings_.min_leaf, only);
  }

  Split find_split(const Work& work, double least_gain) {
    Split best;
    const double size = purity_.size(total_);
    const bool deep = settings_.max_depth > 0 && work.depth >= settings_.max_depth;
    if (deep || size < settings_.min_node || size < 2 * settings_.min_leaf ||
        is_pure(total_, purity_)) {
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
    if (best.cut.found && !(best.cut.gain > least_gain + rounding)) {
      best.cut.found = false;
    }
    return best;
  }

  // Left samples to the front, both sides in their old order; returns where the right side begins.
  std::size_t partition(const Work& work, const Split& split) {
    std::size_t left = work.begin;
    std::size_t right = 0;
    for (std::size_t i = work.begin; i < work.end; ++i) {
      const std::uint32_t r = rows_[i];
      if (features_.goes_left(split.feature, r, split.cut.bin, split.cut.missing_left)) {
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
                   std::span<double> importance,
                   GrowMemory& /*memory*/) {
  return Grower<Target>(features, target, purity, settings, random).grow(rows, copies, importance);
}

template Ensemble grow_tree(const Features&,
                            const MulticlassTarget&,
                            const Purity&,
                            std::span<const std::uint32_t>,
                            std::span<const std::uint32_t>,
                            const GrowSettings&,
                            base::Random&,
                            std::span<double>,
                            GrowMemory&);
template Ensemble grow_tree(const Features&,
                            const ContinuousTarget&,
                            const Purity&,
                            std::span<const std::uint32_t>,
                            std::span<const std::uint32_t>,
                            const GrowSettings&,
                            base::Random&,
                            std::span<double>,
                            GrowMemory&);
template Ensemble grow_tree(const Features&,
                            const SurvivalTarget&,
                            const Purity&,
                            std::span<const std::uint32_t>,
                            std::span<const std::uint32_t>,
                            const GrowSettings&,
                            base::Random&,
                            std::span<double>,
                            GrowMemory&);

}  // namespace gcrisk::models::trees
