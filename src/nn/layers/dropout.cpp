// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

const LayerEntry& dropout_entry() {
  static const LayerEntry entry{
      .name = "dropout",
      .meaning =
          "in training each number is zero with this chance, the others grow to make up for "
          "it; at prediction nothing happens",
      .options = {{.name = "rate",
                   .type = base::ParameterType::kNumber,
                   .meaning = "share of numbers that is left out",
                   .default_value = "0.3",
                   .min = 0,
                   .max = 1,
                   .open_max = true,
                   .source = "Srivastava et al. 2014, J Mach Learn Res 15"}},
      .infer = [](std::span<const Shape> inputs, Step&) { return inputs[0]; }};
  return entry;
}

}  // namespace gcrisk::nn
