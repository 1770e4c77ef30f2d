// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "grow.hpp"

#include <algorithm>
#include <cmath>
#include <queue>

namespace gcrisk::models::boosting {

namespace {

constexpr std::size_t kBins = 256;  // of a column's histogram
constexpr std::size_t kColumnsPerTask = 4;

// Makes up for gradients that were rounded to the same sums: no gain is no split.
constexpr double kLeastGain = 1e-10;

}  // namespace

BoostedFeatures::BoostedFeatures(const cohort::Dataset& data, const base::Context& context)
    : n_samples_(data.n_samples()), genotypes_(data.genotypes), tiles_(data.genotypes, context) {
  const auto n_clinical = static_cast<std::size_t>(data.clinical.cols());
  columns_.resize(n_clinical + static_cast<std::size_t>(data.molecular.cols()));
  context.for_chunks(columns_.size(), 8, [&](std::size_t begin, std::size_t end) {
    for (std::size_t c = begin; c < end; ++c) {
      const double* values =
          c < n_clinical ? data.clinical.col(static_cast<Eigen::Index>(c)).data()
                         : data.molecular.col(static_cast<Eigen::Index>(c - n_clinical)).data();
      columns_[c] = trees::bin_column(values, n_samples_);
    }
  });
}

struct TreeGrower::Histograms {
  std::vector<TileHistogram> tiles;
  std::vector<Sums> columns;  // kBins each
};

struct TreeGrower::Work {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t node = 0;
  std::size_t depth = 0;
  NodeTotals totals;
  BoostedSplit split;
  std::unique_ptr<Histograms> histograms;  // null: not kept
  bool search = false;                     // is a split wanted?
};

TreeGrower::TreeGrower(const BoostedFeatures& features,
                       const GrowthSettings& settings,
                       const base::Context& context)
    : features_(features), settings_(settings), context_(context) {
  const std::size_t bytes = features.tiles().size() * sizeof(TileHistogram) +
                            features.columns().size() * kBins * sizeof(Sums);
  most_histograms_ =
      static_cast<std::size_t>(context.memory_bytes / 4 / std::max<std::size_t>(1, bytes));
}

TreeGrower::~TreeGrower() = default;

std::unique_ptr<TreeGrower::Histograms> TreeGrower::take_histograms() {
  if (!spare_histograms_.empty()) {
    auto out = std::move(spare_histograms_.back());
    spare_histograms_.pop_back();
    return out;
  }
  if (n_histograms_ >= most_histograms_) return nullptr;
  ++n_histograms_;
  auto out = std::make_unique<Histograms>();
  out->tiles.resize(features_.tiles().size());
  out->columns.resize(features_.columns().size() * kBins);
  return out;
}

bool TreeGrower::may_split(const Work& work) const {
  return work.end - work.begin >= 2 &&
         (settings_.max_depth == 0 || work.depth < settings_.max_depth) &&
         work.totals.hessian(work.totals.sums.hessian) >= 2 * settings_.gain.min_child_weight;
}

// Finds the best splits of two siblings, of which `small` has fewer samples, or of the root alone
// (`large` null). `parent`, where it was kept, becomes the histograms of `large`.
void TreeGrower::search(Work* small, Work* large, std::unique_ptr<Histograms> parent) {
  const bool both = large != nullptr && large->search;
  const auto samples_of = [&](const Work& work) {
    return NodeSamples(
        values_, std::span<const std::uint32_t>(rows_).subspan(work.begin, work.end - work.begin));
  };
  const std::span<const std::uint32_t> small_rows =
      std::span<const std::uint32_t>(rows_).subspan(small->begin, small->end - small->begin);
  std::span<const std::uint32_t> large_rows;
  if (both)
    large_rows =
        std::span<const std::uint32_t>(rows_).subspan(large->begin, large->end - large->begin);
  const bool subtracting = both && parent != nullptr;
  const bool build_small = small->search || subtracting;
  std::unique_ptr<NodeSamples> small_samples;
  std::unique_ptr<NodeSamples> large_samples;
  const SampleTiles& tiles = features_.tiles();
  if (tiles.size() > 0) {
    if (build_small) small_samples = std::make_unique<NodeSamples>(samples_of(*small));
    if (both && !subtracting) large_samples = std::make_unique<NodeSamples>(samples_of(*large));
  }
  if (small->search) small->histograms = take_histograms();
  if (both) large->histograms = subtracting ? std::move(parent) : take_histograms();

  const std::size_t n_tiles = tiles.size();
  const auto& columns = features_.columns();
  const std::size_t n_tasks = n_tiles + base::chunk_count(columns.size(), kColumnsPerTask);
  std::vector<BoostedSplit> best_small(n_tasks);
  std::vector<BoostedSplit> best_large(n_tasks);
  const auto tile_task = [&](std::size_t t) {
    const bool missing = tiles.has_missing(t);
    const std::uint8_t* allowed =
        allowed_.empty() ? nullptr : allowed_.data() + t * SampleTiles::kVariants;
    const auto best = [&](const TileHistogram& histogram, const Work& work) {
      BoostedSplit split = best_in_tile(histogram, missing, work.totals, settings_.gain, allowed);
      split.feature += static_cast<std::uint32_t>(t * SampleTiles::kVariants);
      return split;
    };
    TileHistogram own;
    TileHistogram* mine = &own;
    if (build_small) {
      if (small->histograms) mine = &small->histograms->tiles[t];
      histogram_of_tile(tiles, t, *small_samples, *mine);
      if (small->search) best_small[t] = best(*mine, *small);
    }
    if (both) {
      TileHistogram rest;
      TileHistogram* theirs = large->histograms ? &large->histograms->tiles[t] : &rest;
      if (subtracting) {
        subtract(*theirs, *mine, missing);
      } else {
        histogram_of_tile(tiles, t, *large_samples, *theirs);
      }
      best_large[t] = best(*theirs, *large);
    }
  };
  const auto column_task = [&](std::size_t task) {
    const base::Chunk chunk = base::chunk_at(task - n_tiles, columns.size(), kColumnsPerTask);
    std::vector<Sums> own(kBins);
    std::vector<Sums> rest(kBins);
    for (std::size_t c = chunk.begin; c < chunk.end; ++c) {
      const std::size_t feature = features_.n_variants() + c;
      if (!allowed_.empty() && allowed_[tiles.size() * SampleTiles::kVariants + c] == 0) continue;
      const int direction = settings_.directions.empty() ? 0 : settings_.directions[c];
      const auto keep = [&](const Sums* histogram, const Work& work, BoostedSplit& best) {
        BoostedSplit split =
            best_in_column(histogram, columns[c].n_bins(), work.totals, settings_.gain, direction);
        split.feature = static_cast<std::uint32_t>(feature);
        if (split.gain > best.gain) best = split;
      };
      Sums* mine = small->histograms ? small->histograms->columns.data() + c * kBins : own.data();
      if (build_small) {
        histogram_of_column(columns[c], values_, small_rows, mine);
        if (small->search) keep(mine, *small, best_small[task]);
      }
      if (both) {
        Sums* theirs =
            large->histograms ? large->histograms->columns.data() + c * kBins : rest.data();
        if (subtracting) {
          for (std::size_t b = 0; b < kBins; ++b) {
            theirs[b].gradient -= mine[b].gradient;
            theirs[b].hessian -= mine[b].hessian;
          }
        } else {
          histogram_of_column(columns[c], values_, large_rows, theirs);
        }
        keep(theirs, *large, best_large[task]);
      }
    }
  };
  context_.threads->run(n_tasks, [&](std::size_t task, std::size_t) {
    if (task < n_tiles) {
      tile_task(task);
    } else {
      column_task(task);
    }
  });
  for (std::size_t task = 0; task < n_tasks; ++task) {
    if (small->search && best_small[task].gain > small->split.gain) small->split = best_small[task];
    if (both && best_large[task].gain > large->split.gain) large->split = best_large[task];
  }
  if (parent != nullptr) spare_histograms_.push_back(std::move(parent));
}

// Left samples to the front, both sides in their old order; returns where the right side begins.
std::size_t TreeGrower::partition(const Work& work) {
  const BoostedSplit& split = work.split;
  const auto divide = [&](auto goes_left) {
    std::size_t left = work.begin;
    std::size_t right = 0;
    for (std::size_t i = work.begin; i < work.end; ++i) {
      const std::uint32_t r = rows_[i];
      const bool go_left = goes_left(r);
      rows_[left] = r;
      spare_rows_[right] = r;
      left += go_left ? 1 : 0;
      right += go_left ? 0 : 1;
    }
    std::copy_n(spare_rows_.begin(), right, rows_.begin() + static_cast<std::ptrdiff_t>(left));
    return left;
  };
  if (split.feature < features_.n_variants()) {
    const std::uint8_t* row = features_.genotypes().row(split.feature, scratch_);
    bool left[4];
    left[genotype::kHomA1] = false;
    left[genotype::kHet] = split.bin >= 1;
    left[genotype::kHomA2] = true;
    left[genotype::kMissing] = split.missing_left;
    return divide([&](std::uint32_t r) { return left[row[r / 4] >> (2 * (r % 4)) & 3U]; });
  }
  const trees::BinnedColumn& column = features_.columns()[split.feature - features_.n_variants()];
  return divide([&](std::uint32_t r) {
    const std::uint8_t bin = column.bins[r];
    return bin == trees::BinnedColumn::kMissingBin ? split.missing_left : bin <= split.bin;
  });
}

GrownTree TreeGrower::grow(std::span<const double> gradients,
                           std::span<const double> hessians,
                           std::span<const std::uint32_t> rows,
                           std::span<const std::uint8_t> allowed,
                           base::Random& random) {
  values_ = quantise(gradients, hessians, rows, settings_.n_digits, random);
  rows_.assign(rows.begin(), rows.end());
  spare_rows_.resize(rows.size());
  allowed_.clear();
  if (!allowed.empty()) {
    const auto n_variants = static_cast<std::ptrdiff_t>(features_.n_variants());
    allowed_.assign(allowed.begin(), allowed.begin() + n_variants);
    allowed_.resize(features_.tiles().size() * SampleTiles::kVariants);
    allowed_.insert(allowed_.end(), allowed.begin() + n_variants, allowed.end());
  }

  GrownTree out;
  trees::Ensemble& tree = out.tree;
  tree.roots = {0};
  tree.nodes.emplace_back();
  tree.gains = {0};
  std::vector<Bounds> bounds(1);
  const auto totals_of = [&](std::size_t begin, std::size_t end) {
    Sums sums;
    for (std::size_t i = begin; i < end; ++i) {
      sums.gradient += values_.gradients[rows_[i]];
      sums.hessian += values_.hessians[rows_[i]];
    }
    return sums;
  };

  std::vector<Work> open;  // nodes with a split that was found; taken from the best or the front
  std::vector<Work> leaves;
  const auto file = [&](Work work) {
    const bool splits = work.split.gain > std::max(settings_.gain.min_gain, kLeastGain);
    if (!splits && work.histograms) spare_histograms_.push_back(std::move(work.histograms));
    (splits ? open : leaves).push_back(std::move(work));
  };
  Work root;
  root.end = rows_.size();
  root.totals = {totals_of(0, root.end), values_.gradient_step, values_.hessian_step, {}};
  root.search = may_split(root) && settings_.max_leaves != 1;
  if (root.search) search(&root, nullptr, nullptr);
  file(std::move(root));

  while (!open.empty() &&
         (settings_.max_leaves == 0 || open.size() + leaves.size() < settings_.max_leaves)) {
    auto next = open.begin();
    if (settings_.leaf_wise) {
      for (auto at = open.begin(); at != open.end(); ++at) {
        const bool better = at->split.gain > next->split.gain ||
                            (at->split.gain == next->split.gain && at->node < next->node);
        if (better) next = at;
      }
    }
    Work work = std::move(*next);
    open.erase(next);
    const BoostedSplit& split = work.split;
    const std::size_t middle = partition(work);
    const std::size_t child = tree.nodes.size();
    trees::Node& node = tree.nodes[work.node];
    node.feature = static_cast<std::int32_t>(split.feature);
    node.left = static_cast<std::int32_t>(child);
    const bool variant = split.feature < features_.n_variants();
    const std::size_t column = variant ? 0 : split.feature - features_.n_variants();
    node.threshold = variant ? static_cast<double>(split.bin) + 0.5
                             : features_.columns()[column].cuts[split.bin];
    node.missing_left = split.missing_left;
    tree.gains[work.node] = split.gain;
    tree.nodes.resize(child + 2);
    tree.gains.resize(child + 2);

    Work left;
    Work right;
    left.begin = work.begin;
    left.end = right.begin = middle;
    right.end = work.end;
    left.node = child;
    right.node = child + 1;
    left.depth = right.depth = work.depth + 1;
    left.totals = right.totals = work.totals;
    left.totals.sums = split.left;
    right.totals.sums = {work.totals.sums.gradient - split.left.gradient,
                         work.totals.sums.hessian - split.left.hessian};
    const int direction =
        variant || settings_.directions.empty() ? 0 : settings_.directions[column];
    if (direction != 0) {
      const auto weight = [&](const NodeTotals& t) {
        return leaf_weight(
            t.gradient(t.sums.gradient), t.hessian(t.sums.hessian), settings_.gain, t.bounds);
      };
      const double mid = (weight(left.totals) + weight(right.totals)) / 2;
      (direction > 0 ? left : right).totals.bounds.high = mid;
      (direction > 0 ? right : left).totals.bounds.low = mid;
    }
    bounds.push_back(left.totals.bounds);
    bounds.push_back(right.totals.bounds);
    // The children of the last split are leaves, whatever they could gain.
    const bool last =
        settings_.max_leaves != 0 && open.size() + leaves.size() + 2 >= settings_.max_leaves;
    left.search = !last && may_split(left);
    right.search = !last && may_split(right);
    const bool left_small = middle - work.begin <= work.end - middle;
    Work& small = left_small ? left : right;
    Work& large = left_small ? right : left;
    if (left.search || right.search) {
      search(&small, &large, std::move(work.histograms));
    } else if (work.histograms) {
      spare_histograms_.push_back(std::move(work.histograms));
    }
    file(std::move(left));
    file(std::move(right));
  }
  for (Work& work : open) {
    if (work.histograms) spare_histograms_.push_back(std::move(work.histograms));
    leaves.push_back(std::move(work));
  }

  // Values from the exact sums; inner nodes come before their children.
  std::vector<double> g(tree.nodes.size());
  tree.covers.assign(tree.nodes.size(), 0);
  for (const Work& leaf : leaves) {
    for (std::size_t i = leaf.begin; i < leaf.end; ++i) {
      g[leaf.node] += gradients[rows_[i]];
      tree.covers[leaf.node] += hessians[rows_[i]];
    }
    out.leaves.push_back({leaf.node, leaf.begin, leaf.end});
  }
  tree.values.resize(tree.nodes.size());
  for (std::size_t i = tree.nodes.size(); i-- > 0;) {
    if (tree.nodes[i].feature >= 0) {
      const auto left = static_cast<std::size_t>(tree.nodes[i].left);
      g[i] = g[left] + g[left + 1];
      tree.covers[i] = tree.covers[left] + tree.covers[left + 1];
    }
    const double h = tree.covers[i];
    const double weight =
        h + settings_.gain.l2 > 0 ? leaf_weight(g[i], h, settings_.gain, bounds[i]) : 0;
    tree.values[i] = static_cast<double>(static_cast<float>(settings_.learning_rate * weight));
  }
  out.rows = rows_;
  return out;
}

}  // namespace gcrisk::models::boosting
