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
  const auto heads = static_cast<std::size_t>(step.options.integer("heads"));
  if (units % heads != 0) {
    throw base::MismatchError(std::to_string(heads) + " heads do not divide " +
                              std::to_string(units) + " units");
  }
  const std::size_t n = in.channels;
  step.parameters.push_back({step.name + ".query", {heads, n}, Init::kGlorot, n, heads});
  step.parameters.push_back({step.name + ".weight", {units, n}, Init::kGlorot, n, units});
  step.parameters.push_back({step.name + ".bias", {units}, Init::kZero, 1, 1, false});
  return {0, units};
}

}  // namespace

const LayerEntry& attention_pool_entry() {
  static const LayerEntry entry{
      .name = "attention-pool",
      .meaning =
          "one vector of a sequence: each head weighs the positions that a person has by "
          "softmax(query x / sqrt(channels)) and gives its share of the units as a linear "
          "function of their weighted mean",
      .options = {{.name = "units",
                   .type = base::ParameterType::kInteger,
                   .meaning = "numbers that come out, of all heads together",
                   .min = 1,
                   .required = true},
                  {.name = "heads",
                   .type = base::ParameterType::kInteger,
                   .meaning = "ways to weigh the positions",
                   .default_value = "4",
                   .min = 1,
                   .source = "Lee et al. 2019, arXiv:1810.00825"}},
      .infer = infer};
  return entry;
}

}  // namespace gcrisk::nn
