// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>

#include "gcrisk/genotype/kernels.hpp"

// Each kernel as its definition reads, one sample after the other: what the fast ones are tested
// against. Not for use elsewhere.
namespace gcrisk::genotype::reference {

inline Code code_of(const std::uint8_t* row, std::size_t i) {
  return static_cast<Code>(row[i / 4] >> (2 * (i % 4)) & 3);
}

// Counts among the samples for which `belongs` is not 0; an empty `belongs` means all.
inline GenotypeCounts count_row(const std::uint8_t* row,
                                std::size_t n,
                                std::span<const std::uint8_t> belongs = {}) {
  GenotypeCounts counts;
  for (std::size_t i = 0; i < n; ++i) {
    if (!belongs.empty() && belongs[i] == 0) continue;
    switch (code_of(row, i)) {
      case kHomA1: ++counts.hom_a1; break;
      case kMissing: ++counts.missing; break;
      case kHet: ++counts.het; break;
      case kHomA2: ++counts.hom_a2; break;
    }
  }
  return counts;
}

// The decoded matrix, n_samples × n_variants.
inline Eigen::MatrixXd decode(const GenotypeView& view, std::span<const CodeTable> tables) {
  Eigen::MatrixXd x(static_cast<Eigen::Index>(view.n_samples()),
                    static_cast<Eigen::Index>(view.n_variants()));
  for (std::size_t j = 0; j < view.n_variants(); ++j) {
    for (std::size_t i = 0; i < view.n_samples(); ++i) {
      x(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = tables[j][view.code(j, i)];
    }
  }
  return x;
}

inline Eigen::MatrixXd weighted_sums(const GenotypeView& view,
                                     std::size_t first,
                                     std::size_t last,
                                     const Eigen::MatrixXd& weights) {
  Eigen::MatrixXd out =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(4 * (last - first)), weights.cols());
  for (std::size_t j = first; j < last; ++j) {
    for (std::size_t i = 0; i < view.n_samples(); ++i) {
      out.row(static_cast<Eigen::Index>(4 * (j - first) + view.code(j, i))) +=
          weights.row(static_cast<Eigen::Index>(i));
    }
  }
  return out;
}

inline PairSums pair_sums(const std::uint8_t* row_x, const std::uint8_t* row_y, std::size_t n) {
  PairSums sums;
  for (std::size_t i = 0; i < n; ++i) {
    const int x = kA1Count[code_of(row_x, i)];
    const int y = kA1Count[code_of(row_y, i)];
    if (x < 0 || y < 0) continue;
    ++sums.n;
    sums.sum_x += x;
    sums.sum_y += y;
    sums.sum_xx += x * x;
    sums.sum_yy += y * y;
    sums.sum_xy += x * y;
  }
  return sums;
}

}  // namespace gcrisk::genotype::reference
