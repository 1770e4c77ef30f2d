// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

const LayerEntry& concat_entry() {
  static const LayerEntry entry{
      .name = "concat",
      .meaning = "branches side by side; a branch that a person has not is zero",
      .options = {},
      .infer = [](std::span<const Shape> inputs, Step&) {
        Shape out;
        for (const Shape& in : inputs) out.channels += in.size();
        return out;
      }};
  return entry;
}

}  // namespace gcrisk::nn
