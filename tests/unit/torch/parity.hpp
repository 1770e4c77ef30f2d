// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "gcrisk/base/error.hpp"
#include "gcrisk/nn/backend.hpp"
#include "gcrisk/nn/module.hpp"

// The two backends beside each other: same plan, data and weights.
namespace gcrisk::test {

// The device of the comparison: the CPU, or what GCRISK_TORCH_DEVICE names (cuda).
inline std::string torch_device() {
  const char* named = std::getenv("GCRISK_TORCH_DEVICE");
  return named == nullptr ? "cpu" : named;
}

// Why the torch backend cannot be tried, or nothing.
inline std::string torch_is_absent() { return nn::report_torch().why_not; }

class BothBackends {
 public:
  BothBackends(const nn::Plan& plan, nn::Loss loss, const nn::Data& data) {
    auto context = base::Context::make(1);
    for (const char* name : {"eigen", "torch"}) {
      context.device = std::string(name) == "torch" ? torch_device() : "cpu";
      executors_.push_back(nn::find_backend(name).compile(plan, loss, context));
      executors_.back()->bind(data);
    }
    n_outputs_ = plan.n_outputs();
  }
  nn::Executor& eigen() { return *executors_[0]; }
  nn::Executor& torch() { return *executors_[1]; }
  void set_parameters(const base::TensorMap& parameters) {
    for (auto& executor : executors_) executor->set_parameters(parameters);
  }
  void freeze(const std::vector<std::string>& names) {
    for (auto& executor : executors_) executor->freeze(names);
  }

  // The largest difference of a score, in units of the largest score or 1.
  double forward_difference(std::span<const std::uint32_t> rows) {
    std::vector<float> a(rows.size() * n_outputs_);
    std::vector<float> b(a.size());
    eigen().predict(rows, a.data());
    torch().predict(rows, b.data());
    return largest_difference(a, b);
  }

  static double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    EXPECT_EQ(a.size(), b.size());
    double scale = 1;
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_TRUE(std::isfinite(a[i]) && std::isfinite(b[i]));
      scale = std::max(scale, std::abs(static_cast<double>(a[i])));
      worst = std::max(worst, std::abs(static_cast<double>(a[i]) - b[i]));
    }
    return worst / scale;
  }

 private:
  std::vector<std::unique_ptr<nn::Executor>> executors_;
  std::size_t n_outputs_ = 1;
};

inline const std::vector<float>& floats(const base::Tensor& tensor) {
  return std::get<std::vector<float>>(tensor.values);
}

inline double norm(const std::vector<float>& x) {
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

// Each array's difference, relative to its own norm; what is below 1e-6 of the largest array's norm
// is rounding of sums that cancel.
inline void expect_same_gradients(const base::TensorMap& a, const base::TensorMap& b, double most) {
  ASSERT_EQ(a.size(), b.size());
  double largest = 0;
  for (const auto& [name, tensor] : a) largest = std::max(largest, norm(floats(tensor)));
  for (const auto& [name, tensor] : a) {
    std::vector<float> difference = floats(tensor);
    const std::vector<float>& other = floats(b.at(name));
    ASSERT_EQ(difference.size(), other.size()) << name;
    const double own = norm(difference);
    for (std::size_t i = 0; i < other.size(); ++i) difference[i] -= other[i];
    EXPECT_LE(norm(difference), std::max(most * own, 1e-6 * largest)) << name << ", norm " << own;
  }
}

inline void expect_same_parameters(const base::TensorMap& a,
                                   const base::TensorMap& b,
                                   double most) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) {
    EXPECT_LE(BothBackends::largest_difference(floats(tensor), floats(b.at(name))), most) << name;
  }
}

inline std::vector<std::uint32_t> everybody(const nn::Data& data) {
  std::vector<std::uint32_t> rows(data.n_people);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

}  // namespace gcrisk::test
