// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "gain.hpp"
#include "gcrisk/base/context.hpp"
#include "gcrisk/cohort/dataset.hpp"
#include "models/trees/ensemble.hpp"

namespace gcrisk::models::boosting {

// What boosted trees are grown on: variants first (feature j is variant j), then the binned
// clinical and molecular columns.
class BoostedFeatures {
 public:
  BoostedFeatures(const cohort::Dataset& data, const base::Context& context);

  std::size_t n_samples() const noexcept { return n_samples_; }
  std::size_t n_variants() const noexcept { return genotypes_.n_variants(); }
  std::size_t size() const noexcept { return n_variants() + columns_.size(); }
  const SampleTiles& tiles() const noexcept { return tiles_; }
  const genotype::GenotypeView& genotypes() const noexcept { return genotypes_; }
  const std::vector<trees::BinnedColumn>& columns() const noexcept { return columns_; }

 private:
  std::size_t n_samples_;
  genotype::GenotypeView genotypes_;
  SampleTiles tiles_;
  std::vector<trees::BinnedColumn> columns_;
};

struct GrowthSettings {
  bool leaf_wise = true;        // the leaf of largest gain is split next; else level by level
  std::size_t max_leaves = 31;  // 0: no limit
  std::size_t max_depth = 0;    // 0: no limit
  double learning_rate = 0.1;
  std::size_t n_digits = 1;  // of quantised gradients
  GainSettings gain;
  std::vector<int> directions;  // one a column that is no variant: 1, -1 or 0 (free)
};

// A grown tree and where the samples that it was grown on ended.
struct GrownTree {
  struct Leaf {
    std::size_t node;
    std::size_t begin, end;  // of `rows`
  };
  trees::Ensemble tree;
  std::vector<Leaf> leaves;
  std::vector<std::uint32_t> rows;
};

// Grows one tree after the other on the same features. Histograms of a split are built for the
// smaller side and derived for the larger; they are kept while a quarter of context.memory_bytes
// has room, and built anew where it has not.
class TreeGrower {
 public:
  TreeGrower(const BoostedFeatures& features,
             const GrowthSettings& settings,
             const base::Context& context);
  ~TreeGrower();

  // On `rows` (ascending), with gradients and hessians of all samples; `allowed` (or empty) has
  // one byte a feature. Leaf values are weights times the learning rate, in single precision.
  GrownTree grow(std::span<const double> gradients,
                 std::span<const double> hessians,
                 std::span<const std::uint32_t> rows,
                 std::span<const std::uint8_t> allowed,
                 base::Random& random);

 private:
  struct Histograms;
  struct Work;
  class Level;

  std::unique_ptr<Histograms> take_histograms();
  void search(Work* small, Work* large, std::unique_ptr<Histograms> parent);
  std::size_t partition(const Work& work);
  bool may_split(const Work& work) const;

  const BoostedFeatures& features_;
  const GrowthSettings& settings_;
  const base::Context& context_;
  std::size_t most_histograms_;
  std::size_t n_histograms_ = 0;
  std::vector<std::unique_ptr<Histograms>> spare_histograms_;

  // Of the tree that is being grown.
  Quantised values_;
  std::vector<std::uint8_t> allowed_;  // padded to whole tiles; empty: all
  std::vector<std::uint32_t> rows_, spare_rows_;
  genotype::RowScratch scratch_;
};

}  // namespace gcrisk::models::boosting
