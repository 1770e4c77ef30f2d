// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "quantise.hpp"

#include <algorithm>
#include <cmath>

namespace gcrisk::models::boosting {

namespace {

std::int32_t power(std::int32_t base, std::size_t exponent) {
  std::int32_t out = 1;
  for (std::size_t i = 0; i < exponent; ++i) out *= base;
  return out;
}

}  // namespace

Quantised quantise(std::span<const double> gradients,
                   std::span<const double> hessians,
                   std::span<const std::uint32_t> rows,
                   std::size_t n_digits,
                   base::Random& random) {
  Quantised out;
  out.n_digits = n_digits;
  out.gradients.resize(gradients.size());
  out.hessians.resize(hessians.size());
  double largest_gradient = 0;
  double largest_hessian = 0;
  for (const std::uint32_t r : rows) {
    largest_gradient = std::max(largest_gradient, std::abs(gradients[r]));
    largest_hessian = std::max(largest_hessian, hessians[r]);
  }
  const std::int32_t most_gradient = (power(Quantised::kGradientBase, n_digits) - 1) / 2;
  const std::int32_t most_hessian = power(Quantised::kHessianBase, n_digits) - 1;
  if (!(largest_gradient > 0) || !(largest_hessian > 0)) return out;
  out.gradient_step = largest_gradient / most_gradient;
  out.hessian_step = largest_hessian / most_hessian;
  // Both roundings of a sample share one random number: 16 bits each.
  constexpr double kUnit = 1.0 / 65536;
  for (const std::uint32_t r : rows) {
    const std::uint32_t bits = random();
    const double up_gradient = (static_cast<double>(bits & 0xffffU) + 0.5) * kUnit;
    const double up_hessian = (static_cast<double>(bits >> 16) + 0.5) * kUnit;
    out.gradients[r] = std::clamp(
        static_cast<std::int32_t>(std::floor(gradients[r] / out.gradient_step + up_gradient)),
        -most_gradient,
        most_gradient);
    out.hessians[r] = std::min(
        static_cast<std::int32_t>(hessians[r] / out.hessian_step + up_hessian), most_hessian);
  }
  return out;
}

std::size_t most_digits(std::size_t n_samples) {
  std::size_t digits = 1;
  std::int64_t most = Quantised::kGradientBase;
  while (digits < 3 && most * Quantised::kGradientBase / 2 * static_cast<std::int64_t>(n_samples) <
                           std::int64_t{INT32_MAX}) {
    most *= Quantised::kGradientBase;
    ++digits;
  }
  return digits;
}

}  // namespace gcrisk::models::boosting
