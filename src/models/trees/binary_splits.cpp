// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "binary_splits.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gcrisk::models::trees {

BinarySplits::BinarySplits(const Features& features,
                           const Purity& purity,
                           const GrowSettings& settings,
                           base::Random& random)
    : features_(features),
      purity_(purity),
      settings_(settings),
      random_(random),
      gini_(purity, settings.min_leaf),
      order_(features.size()),
      wanted_(settings.mtry == 0 ? order_.size() : std::min(settings.mtry, order_.size())) {
  std::iota(order_.begin(), order_.end(), 0U);
}

bool BinarySplits::may_split(const std::array<double, 2>& total, std::size_t depth) const {
  const double size = total[0] + total[1];
  const bool deep = settings_.max_depth > 0 && depth >= settings_.max_depth;
  return !deep && size >= settings_.min_node && size >= 2 * settings_.min_leaf &&
         !is_pure(total, purity_);
}

Split BinarySplits::find(const BlockNodes& node,
                         const std::array<double, 2>& total,
                         double least_gain) {
  Split best;
  const double whole = purity_(total);
  gini_.set_node(total, whole);
  // Many at a time up to the number that is wanted, then one by one until there is a cut. A random
  // cut takes a random number after its feature's: one at a time there.
  const std::size_t together = settings_.random_cut ? 1 : kTogether;
  const std::size_t p = order_.size();
  for (std::size_t at = 0; at < p && (at < wanted_ || !best.cut.found);) {
    const std::size_t end = at < wanted_ ? std::min(at + together, wanted_) : at + 1;
    draw(at, end);
    try_features(std::span(order_).subspan(at, end - at), node, total, best);
    at = end;
  }
  // Below the rounding of the sums there is no gain: the node is constant.
  const double rounding = 1e-12 * std::max(total[0] + total[1], std::abs(whole));
  if (best.cut.found && !(best.cut.gain > least_gain + rounding)) best.cut.found = false;
  return best;
}

void BinarySplits::draw(std::size_t begin, std::size_t end) {
  const std::size_t p = order_.size();
  if (wanted_ == p) return;
  for (std::size_t at = begin; at < end; ++at) {
    std::swap(order_[at], order_[at + random_.below32(static_cast<std::uint32_t>(p - at))]);
  }
}

void BinarySplits::try_features(std::span<const std::uint32_t> drawn,
                                const BlockNodes& node,
                                const std::array<double, 2>& total,
                                Split& best) {
  std::array<std::size_t, kTogether> variants;
  std::size_t n_variants = 0;
  for (const std::uint32_t feature : drawn) {
    variants[n_variants] = feature;
    n_variants += features_.is_variant(feature) ? 1 : 0;
  }
  std::array<Cut, kTogether> cuts;
  cut_variants(std::span(variants.data(), n_variants), node, total, cuts.data());
  const Cut* next = cuts.data();
  for (const std::uint32_t feature : drawn) {
    const Cut cut = features_.is_variant(feature)
                        ? *next++
                        : cut_of_column(features_.column(feature), node, total);
    if (cut.found && (!best.cut.found || cut.gain > best.cut.gain)) best = {feature, cut};
  }
}

void BinarySplits::cut_variants(std::span<const std::size_t> variants,
                                const BlockNodes& node,
                                const std::array<double, 2>& total,
                                Cut* cuts) {
  const bool in_registers = !settings_.random_cut && purity_.criterion() == Criterion::kGini;
  std::array<ClassCounts, GiniCuts::kMost> counts;
  node.prefetch(variants);
  for (std::size_t at = 0; at < variants.size(); at += GiniCuts::kMost) {
    const auto some = variants.subspan(at, std::min(GiniCuts::kMost, variants.size() - at));
    node.count(some, counts.data());
    if (in_registers) {
      gini_.find(std::span(counts.data(), some.size()), cuts + at);
      continue;
    }
    for (std::size_t k = 0; k < some.size(); ++k) cuts[at + k] = cut_of_variant(counts[k], total);
  }
}

Cut BinarySplits::cut_of_variant(const ClassCounts& counts, const std::array<double, 2>& total) {
  bins_.clear();
  for (const auto code : {genotype::kHomA2, genotype::kHet, genotype::kHomA1}) add(counts[code]);
  return cut_of_bins(total, numbers_of(counts[genotype::kMissing]));
}

Cut BinarySplits::cut_of_column(const BinnedColumn& column,
                                const BlockNodes& node,
                                const std::array<double, 2>& total) {
  std::array<ClassCount, 256> cells{};
  node.count(column, cells);
  bins_.clear();
  for (std::size_t b = 0; b < column.n_bins(); ++b) add(cells[b]);
  return cut_of_bins(total, numbers_of(cells[BinnedColumn::kMissingBin]));
}

void BinarySplits::add(ClassCount bin) {
  const auto numbers = numbers_of(bin);
  bins_.insert(bins_.end(), numbers.begin(), numbers.end());
}

Cut BinarySplits::cut_of_bins(const std::array<double, 2>& total,
                              const std::array<double, 2>& missing) {
  std::ptrdiff_t only = -1;
  if (settings_.random_cut) {
    only = draw_cut(bins_, 2, purity_, random_);
    if (only < 0) return {};
  }
  return best_cut(bins_, missing, total, purity_, settings_.min_leaf, only);
}

}  // namespace gcrisk::models::trees
