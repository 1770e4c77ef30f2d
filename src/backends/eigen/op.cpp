// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "backends/eigen/op.hpp"

#include <algorithm>

namespace gcrisk::backends::eigen {

void Value::allocate(std::size_t n_people, bool with_gradient) {
  const std::size_t positions = shape.is_sequence() ? before + shape.length + after : 1;
  stride = (positions * shape.channels + kSlack + 15) / 16 * 16;
  data.assign(n_people * stride + kSlack, 0.0F);
  gradient.assign(with_gradient ? n_people * stride + kSlack : 0, 0.0F);
}

float* Parameter::begin_part(std::size_t part) {
  float* begin = parts.data() + part * size();
  std::fill(begin, begin + size(), 0.0F);
  return begin;
}

namespace {

// Calls `pair(file index, memory index)` for every number of an array.
template <typename Pair>
void for_each_place(const nn::ParameterSpec& spec, Layout layout, const Pair& pair) {
  if (layout == Layout::kPlain) {
    for (std::size_t i = 0; i < spec.size(); ++i) pair(i, i);
    return;
  }
  const std::size_t columns = spec.shape.back();
  const std::size_t rows = spec.shape[spec.shape.size() - 2];
  const std::size_t blocks = spec.size() / rows / columns;
  for (std::size_t b = 0; b < blocks; ++b) {
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        pair((b * rows + r) * columns + c, (b * columns + c) * rows + r);
      }
    }
  }
}

}  // namespace

std::vector<float> Parameter::exported(const std::vector<float>& internal) const {
  std::vector<float> out(internal.size());
  for_each_place(
      spec, layout, [&](std::size_t file, std::size_t memory) { out[file] = internal[memory]; });
  return out;
}

std::vector<float> Parameter::imported(const std::vector<float>& file) const {
  std::vector<float> out(file.size());
  for_each_place(
      spec, layout, [&](std::size_t from, std::size_t memory) { out[memory] = file[from]; });
  return out;
}

}  // namespace gcrisk::backends::eigen
