// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

const LayerEntry& gelu_entry() {
  static const LayerEntry entry{
      .name = "gelu",
      .meaning = "x times the standard normal's distribution function at x; Hendrycks, Gimpel 2016",
      .options = {},
      .infer = [](std::span<const Shape> inputs, Step&) { return inputs[0]; }};
  return entry;
}

}  // namespace gcrisk::nn
