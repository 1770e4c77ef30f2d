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
  return {(in.length + size - 1) / size, in.channels * size};
}

}  // namespace

const LayerEntry& window_entry() {
  static const LayerEntry entry{
      .name = "window",
      .meaning =
          "consecutive positions side by side as one position: a genome as a sequence of "
          "windows; the last one is filled up with zeros",
      .options = {{.name = "size",
                   .type = base::ParameterType::kInteger,
                   .meaning = "positions a window holds",
                   .min = 1,
                   .required = true}},
      .infer = infer};
  return entry;
}

}  // namespace gcrisk::nn
