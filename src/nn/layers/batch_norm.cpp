// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

const LayerEntry& batch_norm_entry() {
  using enum base::ParameterType;
  static const LayerEntry entry{
      .name = "batch-norm",
      .meaning =
          "each channel with the mean and variance of the batch, at prediction with running "
          "ones; then scaled and shifted",
      .options = {{.name = "momentum",
                   .type = kNumber,
                   .meaning = "share of a batch in the running mean and variance",
                   .default_value = "0.1",
                   .min = 0,
                   .max = 1,
                   .source = "Ioffe, Szegedy 2015, arXiv:1502.03167"},
                  {.name = "epsilon",
                   .type = kNumber,
                   .meaning = "is added to the variance",
                   .default_value = "0.00001",
                   .min = 0,
                   .open_min = true}},
      .infer = [](std::span<const Shape> inputs, Step& step) {
        const Shape in = inputs[0];
        step.parameters.push_back({step.name + ".weight", {in.channels}, Init::kOne, 1, 1, false});
        step.parameters.push_back({step.name + ".bias", {in.channels}, Init::kZero, 1, 1, false});
        step.parameters.push_back(
            {step.name + ".running_mean", {in.channels}, Init::kZero, 1, 1, false, true});
        step.parameters.push_back(
            {step.name + ".running_variance", {in.channels}, Init::kOne, 1, 1, false, true});
        return in;
      }};
  return entry;
}

}  // namespace gcrisk::nn
