// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gcrisk/cohort/dataset.hpp"

namespace gcrisk::models::trees {

// A column of numbers cut into at most 255 ordered bins; bin 255 is missing. Value x falls into
// the first bin whose cut is not below it.
struct BinnedColumn {
  static constexpr std::uint8_t kMissingBin = 255;
  std::vector<double> cuts;  // ascending; x <= cuts[b] for bins up to b; one fewer than bins
  std::vector<std::uint8_t> bins;
  std::size_t n_bins() const { return cuts.size() + 1; }
};

// Cuts at the midpoints of neighbouring values where there are at most 255 of them, otherwise at
// 254 quantiles.
BinnedColumn bin_column(const double* values, std::size_t n);

// What a tree is grown on: packed variants first (feature j is variant j), then the binned
// clinical and molecular columns. The genotypes are compact, so that a row is one pointer.
class Features {
 public:
  explicit Features(const cohort::Dataset& data);

  std::size_t n_samples() const noexcept { return n_samples_; }
  std::size_t size() const noexcept { return genotypes_.n_variants() + columns_.size(); }
  bool is_variant(std::size_t feature) const noexcept { return feature < genotypes_.n_variants(); }
  const std::uint8_t* variant(std::size_t feature) const {
    return genotypes_.row(feature, no_scratch_);
  }
  const BinnedColumn& column(std::size_t feature) const {
    return columns_[feature - genotypes_.n_variants()];
  }

 private:
  std::size_t n_samples_;
  genotype::GenotypeView genotypes_;
  std::vector<BinnedColumn> columns_;
  mutable genotype::RowScratch no_scratch_;  // stays empty: the view is compact
};

}  // namespace gcrisk::models::trees
