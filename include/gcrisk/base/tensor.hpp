// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace gcrisk::base {

// A named array as `weights.safetensors` holds it: row-major values and their shape.
// An empty shape is a scalar (one value).
struct Tensor {
  std::vector<std::size_t> shape;
  std::variant<std::vector<float>,
               std::vector<double>,
               std::vector<std::int32_t>,
               std::vector<std::int64_t>,
               std::vector<std::uint8_t>>
      values;

  static Tensor of(std::vector<double> v) { return {{v.size()}, std::move(v)}; }
  static Tensor of(std::vector<float> v) { return {{v.size()}, std::move(v)}; }
  static Tensor of(std::vector<std::int32_t> v) { return {{v.size()}, std::move(v)}; }

  std::size_t size() const {
    std::size_t n = 1;
    for (const std::size_t d : shape) n *= d;
    return n;
  }
};

// Ordered by name, so that the same model gives the same bytes.
using TensorMap = std::map<std::string, Tensor>;

}  // namespace gcrisk::base
