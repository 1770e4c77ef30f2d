// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

const LayerEntry& layer_norm_entry() {
  using enum base::ParameterType;
  static const LayerEntry entry{
      .name = "layer-norm",
      .meaning =
          "the channels of each position with their own mean and variance, then scaled and "
          "shifted; Ba, Kiros, Hinton 2016, arXiv:1607.06450",
      .options = {{.name = "epsilon",
                   .type = kNumber,
                   .meaning = "is added to the variance",
                   .default_value = "0.00001",
                   .min = 0,
                   .open_min = true}},
      .infer = [](std::span<const Shape> inputs, Step& step) {
        const Shape in = inputs[0];
        step.parameters.push_back({step.name + ".weight", {in.channels}, Init::kOne, 1, 1, false});
        step.parameters.push_back({step.name + ".bias", {in.channels}, Init::kZero, 1, 1, false});
        return in;
      }};
  return entry;
}

}  // namespace gcrisk::nn
