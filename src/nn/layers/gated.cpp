// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

namespace {

Shape infer(std::span<const Shape> inputs, Step& step) {
  const auto units = static_cast<std::size_t>(step.options.integer("units"));
  std::size_t all = 0;
  for (const Shape& in : inputs) all += in.size();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string stem = step.name + "." + std::to_string(i);
    const std::size_t n = inputs[i].size();
    step.parameters.push_back({stem + ".weight", {units, n}, Init::kGlorot, n, units});
    step.parameters.push_back({stem + ".bias", {units}, Init::kZero, 1, 1, false});
    step.parameters.push_back({stem + ".gate.weight", {units, all}, Init::kGlorot, all, units});
    step.parameters.push_back({stem + ".gate.bias", {units}, Init::kZero, 1, 1, false});
  }
  return {0, units};
}

}  // namespace

const LayerEntry& gated_entry() {
  static const LayerEntry entry{
      .name = "gated",
      .meaning =
          "sum over branches of sigmoid(V_i [all branches] + c_i) * tanh(W_i x_i + b_i); a "
          "branch that a person has not is left out of the sum and zero in the gates",
      .options = {{.name = "units",
                   .type = base::ParameterType::kInteger,
                   .meaning = "numbers that come out",
                   .default_value = "64",
                   .min = 1,
                   .source = "Arevalo et al. 2017, arXiv:1702.01992"}},
      .infer = infer};
  return entry;
}

}  // namespace gcrisk::nn
