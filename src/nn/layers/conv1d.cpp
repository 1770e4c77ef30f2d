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
  const std::size_t groups = option("groups");
  const std::size_t channels = option("channels");
  if (in.channels % groups != 0 || channels % groups != 0) {
    throw base::MismatchError(std::to_string(groups) + " groups do not divide " +
                              std::to_string(in.channels) + " channels in and " +
                              std::to_string(channels) + " out");
  }
  const Padding padding = padding_of(step.options, in.length);
  const std::size_t window = option("dilation") * (option("kernel") - 1) + 1;
  const std::size_t length =
      slide(in.length + padding.before + padding.after, window, option("stride"));
  const std::size_t fan_in = in.channels / groups * option("kernel");
  step.parameters.push_back({step.name + ".weight",
                             {channels, in.channels / groups, option("kernel")},
                             Init::kHe,
                             fan_in,
                             channels * option("kernel")});
  step.parameters.push_back({step.name + ".bias", {channels}, Init::kZero, 1, 1, false});
  return {length, channels};
}

}  // namespace

const LayerEntry& conv1d_entry() {
  using enum base::ParameterType;
  static const LayerEntry entry{
      .name = "conv1d",
      .meaning =
          "a small window of weights slides along the sequence: what is learned at one "
          "place is looked for everywhere",
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
                  {.name = "dilation",
                   .type = kInteger,
                   .meaning = "distance between the positions a window sees",
                   .default_value = "1",
                   .min = 1},
                  {.name = "groups",
                   .type = kInteger,
                   .meaning = "channels are cut into so many groups that do not see each other",
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
