// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "gcrisk/base/random.hpp"

namespace gcrisk::models::boosting {

// Gradients and curvatures (hessians) of one tree as small whole numbers, so that sums are exact,
// in any order, and fit a byte lookup. A value is rounded up or down at random with the chances
// that make it right on average (Shi et al. 2022, Quantized Training of Gradient Boosting Decision
// Trees, NeurIPS 35). They choose the splits alone; leaf values come from the exact sums.
//
// A number has `n_digits` digits: a gradient balanced ones of base 31 (-15 … 15), a hessian ones
// of base 16 (0 … 15). One digit is enough for choosing splits by: it adds about 0.4 % to the
// sampling variance of a sum of gradients.
struct Quantised {
  static constexpr std::int32_t kGradientBase = 31;
  static constexpr std::int32_t kHessianBase = 16;

  std::size_t n_digits = 1;
  double gradient_step = 0;  // what 1 stands for
  double hessian_step = 0;
  std::vector<std::int32_t> gradients;
  std::vector<std::int32_t> hessians;
};

// Steps follow from the largest gradient and hessian among `rows`; others' values are 0.
Quantised quantise(std::span<const double> gradients,
                   std::span<const double> hessians,
                   std::span<const std::uint32_t> rows,
                   std::size_t n_digits,
                   base::Random& random);

// Most digits whose sums over n samples fit 32 bits.
std::size_t most_digits(std::size_t n_samples);

}  // namespace gcrisk::models::boosting
