// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/error.hpp"
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

namespace {

Shape infer(std::span<const Shape> inputs, Step& step) {
  const Shape in = inputs[0];
  if (!in.is_sequence()) throw base::MismatchError("needs a sequence, got " + to_string(in));
  const auto size = static_cast<std::size_t>(step.options.integer("size"));
  const auto stride =
      step.options.has("stride") ? static_cast<std::size_t>(step.options.integer("stride")) : size;
  return {slide(in.length, size, stride), in.channels};
}

}  // namespace

const LayerEntry& average_pool_entry() {
  static const LayerEntry entry{
      .name = "average-pool",
      .meaning = "the mean of each channel in a window",
      .options = {{.name = "size",
                   .type = base::ParameterType::kInteger,
                   .meaning = "positions of a window",
                   .default_value = "4",
                   .min = 1},
                  {.name = "stride",
                   .type = base::ParameterType::kInteger,
                   .meaning = "positions a window moves on; without it the size",
                   .min = 1}},
      .infer = infer};
  return entry;
}

}  // namespace gcrisk::nn
