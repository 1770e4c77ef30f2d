// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/error.hpp"
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

namespace {

Shape infer(std::span<const Shape> inputs, Step& step) {
  const Shape in = inputs[0];
  if (!in.is_sequence()) throw base::MismatchError("needs a sequence, got " + to_string(in));
  const auto units = static_cast<std::size_t>(step.options.integer("units"));
  const std::size_t directions = step.options.flag("bidirectional") ? 2 : 1;
  for (std::size_t d = 0; d < directions; ++d) {
    const std::string stem = step.name + (d == 0 ? "" : ".reverse");
    const std::size_t n = 3 * units;
    step.parameters.push_back(
        {stem + ".weight_ih", {n, in.channels}, Init::kUniform, units, units});
    step.parameters.push_back({stem + ".weight_hh", {n, units}, Init::kUniform, units, units});
    step.parameters.push_back({stem + ".bias_ih", {n}, Init::kUniform, units, units, false});
    step.parameters.push_back({stem + ".bias_hh", {n}, Init::kUniform, units, units, false});
  }
  if (step.options.text("output") == "last") return {0, directions * units};
  return {in.length, directions * units, in.masked};
}

}  // namespace

const LayerEntry& gru_entry() {
  static const LayerEntry entry{
      .name = "gru",
      .meaning =
          "gated recurrent units over a sequence, gates in PyTorch's order (reset, update, new); "
          "positions beyond a person's last visit are skipped",
      .options = {{.name = "units",
                   .type = base::ParameterType::kInteger,
                   .meaning = "size of the state",
                   .min = 1,
                   .source = "Cho et al. 2014, arXiv:1406.1078",
                   .required = true},
                  {.name = "bidirectional",
                   .type = base::ParameterType::kFlag,
                   .meaning = "a second one reads from the end; both outputs stand side by side"},
                  {.name = "output",
                   .type = base::ParameterType::kChoice,
                   .meaning = "last: the state after the last position; sequence: the state after "
                              "each one, for another layer on top",
                   .default_value = "last",
                   .choices = {"last", "sequence"}}},
      .infer = infer};
  return entry;
}

}  // namespace gcrisk::nn
