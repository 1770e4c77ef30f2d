// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/error.hpp"
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

namespace {

Shape infer(std::span<const Shape> inputs, Step& step) {
  const Shape in = inputs[0];
  if (!in.is_sequence()) throw base::MismatchError("needs a sequence, got " + to_string(in));
  const auto option = [&](const char* name) {
    return static_cast<std::size_t>(step.options.integer(name));
  };
  const Padding padding = padding_of(step.options, in.length);
  const std::size_t length =
      slide(in.length + padding.before + padding.after, option("kernel"), option("stride"));
  const std::size_t channels = option("channels");
  step.parameters.push_back({step.name + ".weight",
                             {length, channels, in.channels, option("kernel")},
                             Init::kHe,
                             in.channels * option("kernel"),
                             channels});
  step.parameters.push_back({step.name + ".bias", {length, channels}, Init::kZero, 1, 1, false});
  return {length, channels};
}

}  // namespace

const LayerEntry& locally_connected_entry() {
  using enum base::ParameterType;
  static const LayerEntry entry{
      .name = "locally-connected",
      .meaning =
          "a window as that of conv1d, with weights of its own at each position: what a "
          "variant means depends on where it is",
      .options = {{.name = "channels",
                   .type = kInteger,
                   .meaning = "channels that come out",
                   .min = 1,
                   .required = true},
                  {.name = "kernel",
                   .type = kInteger,
                   .meaning = "positions a window sees",
                   .default_value = "9",
                   .min = 1},
                  {.name = "stride",
                   .type = kInteger,
                   .meaning = "positions a window moves on",
                   .default_value = "1",
                   .min = 1},
                  {.name = "padding",
                   .type = kText,
                   .meaning =
                       "zeros at both ends: a number, or same for as many positions out as in",
                   .default_value = "same"}},
      .infer = infer};
  return entry;
}

}  // namespace gcrisk::nn
