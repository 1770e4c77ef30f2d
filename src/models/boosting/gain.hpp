// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "histogram.hpp"

namespace gcrisk::models::boosting {

// What a leaf and a split are worth. With G and H the sums of a node's gradients and hessians,
//   T(G) = sign(G) max(|G| - l1, 0)
//   weight = -T(G) / (H + l2)
//   worth  = T(G)² / (H + l2)
//   gain   = worth(left) + worth(right) - worth(node)
// (Chen, Guestrin 2016, XGBoost, KDD, equations 5 to 7, without the factor of one half).
struct GainSettings {
  double l2 = 1;
  double l1 = 0;
  double min_child_weight = 1;  // least H of a side
  double min_gain = 0;
};

// Where a node's weight must lie, so that trees follow a column's monotone direction.
struct Bounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool active() const {
    return low > -std::numeric_limits<double>::infinity() ||
           high < std::numeric_limits<double>::infinity();
  }
};

// A node as the split search sees it.
struct NodeTotals {
  Sums sums;
  double gradient_step = 0;
  double hessian_step = 0;
  Bounds bounds;
  double gradient(std::int64_t sum) const { return gradient_step * static_cast<double>(sum); }
  double hessian(std::int64_t sum) const { return hessian_step * static_cast<double>(sum); }
};

double leaf_weight(double gradient, double hessian, const GainSettings& settings);
double leaf_weight(double gradient,
                   double hessian,
                   const GainSettings& settings,
                   const Bounds& bounds);

// A split: bins up to `bin` go left (bin 0 of a variant: no copy of A1; bin 1: at most one).
struct BoostedSplit {
  double gain = -1;  // below 0: none
  std::uint32_t feature = 0;
  std::uint8_t bin = 0;
  bool missing_left = false;
  Sums left;
  bool found() const { return gain >= 0; }
};

// The best cut among the variants of a tile, the first of equals; `allowed` (or null) has one byte
// a variant of the tile. `feature` counts within the tile. Scores are compared in single precision.
BoostedSplit best_in_tile(const TileHistogram& histogram,
                          bool has_missing,
                          const NodeTotals& node,
                          const GainSettings& settings,
                          const std::uint8_t* allowed);

// The best cut of a binned column with its missing samples on either side. `direction`: 1 where the
// outcome may only rise with the column, -1 where it may only fall, 0 free.
BoostedSplit best_in_column(const Sums* histogram,
                            std::size_t n_bins,
                            const NodeTotals& node,
                            const GainSettings& settings,
                            int direction);

}  // namespace gcrisk::models::boosting
