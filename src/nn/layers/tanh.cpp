// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

const LayerEntry& tanh_entry() {
  static const LayerEntry entry{
      .name = "tanh",
      .meaning = "hyperbolic tangent",
      .options = {},
      .infer = [](std::span<const Shape> inputs, Step&) { return inputs[0]; }};
  return entry;
}

}  // namespace gcrisk::nn
