// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "gcrisk/base/random.hpp"

namespace gcrisk::models::trees {

enum class Criterion { kGini, kEntropy, kVariance };

// How pure a set of samples is, as a quantity that is added over the two sides and made large:
// Gini: Σ_c n_c² / n. Entropy: Σ_c n_c log n_c − n log n. Variance: (Σ y)² / n.
// The gain of a split is purity(left) + purity(right) − purity(node), in samples.
class Purity {
 public:
  // `class_weights` empty: all 1.
  Purity(Criterion criterion, std::vector<double> class_weights)
      : criterion_(criterion), class_weights_(std::move(class_weights)) {}
  double operator()(std::span<const double> stats) const;
  // Number of samples, bootstrap copies counted, class weights not.
  double size(std::span<const double> stats) const;
  // What a leaf predicts: weighted shares of the classes, or the mean.
  void leaf_values(std::span<const double> stats, double* values) const;
  Criterion criterion() const { return criterion_; }
  double class_weight(std::size_t c) const {
    return class_weights_.empty() ? 1.0 : class_weights_[c];
  }
  std::size_t n_values(std::size_t n_stats) const {
    return criterion_ == Criterion::kVariance ? 1 : n_stats;
  }

 private:
  Criterion criterion_;
  std::vector<double> class_weights_;
};

// A cut of one feature: bins up to `bin` go left.
struct Cut {
  double gain = 0;
  std::size_t bin = 0;
  bool missing_left = false;
  bool found = false;
};

// A node's cut: the best over the features that were tried.
struct Split {
  std::size_t feature = 0;
  Cut cut;
};

// The best cut between ordered bins (bins × n_stats sums, row-major), each tried with the missing
// samples on either side. Where nothing is missing here, missing ones will follow the larger side.
// `only_bin` >= 0: that cut alone (extremely randomised trees).
Cut best_cut(std::span<const double> bins,
             std::span<const double> missing,
             std::span<const double> total,
             const Purity& purity,
             double min_leaf,
             std::ptrdiff_t only_bin = -1);

// A cut drawn evenly from those that separate the called samples, for `only_bin`; -1: there is
// none.
std::ptrdiff_t draw_cut(std::span<const double> bins,
                        std::size_t n_stats,
                        const Purity& purity,
                        base::Random& random);

// Fewer than two classes have a sample. Never said of amounts.
bool is_pure(std::span<const double> total, const Purity& purity);

}  // namespace gcrisk::models::trees
