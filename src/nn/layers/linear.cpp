// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

namespace {

Shape infer(std::span<const Shape> inputs, Step& step) {
  const std::size_t n_in = inputs[0].size();
  const auto units = static_cast<std::size_t>(step.options.integer("units"));
  const Init init = step.options.text("init") == "glorot" ? Init::kGlorot : Init::kHe;
  step.parameters.push_back({step.name + ".weight", {units, n_in}, init, n_in, units});
  step.parameters.push_back({step.name + ".bias", {units}, Init::kZero, 1, 1, false});
  return {0, units};
}

}  // namespace

const LayerEntry& linear_entry() {
  static const LayerEntry entry{
      .name = "linear",
      .meaning = "y = W x + b; a sequence is read as one long vector, position after position",
      .options = {{.name = "units",
                   .type = base::ParameterType::kInteger,
                   .meaning = "numbers that come out",
                   .min = 1,
                   .required = true},
                  {.name = "init",
                   .type = base::ParameterType::kChoice,
                   .meaning = "initial weights: he before a rectifier, glorot elsewhere",
                   .default_value = "he",
                   .choices = {"he", "glorot"}}},
      .infer = infer};
  return entry;
}

}  // namespace gcrisk::nn
