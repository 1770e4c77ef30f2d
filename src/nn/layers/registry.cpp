// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/registry.hpp"

#include <algorithm>

#include "gcrisk/base/error.hpp"
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

#define GCRISK_REGISTER(name) const LayerEntry& name##_entry();
#include "nn/layers/registry.inc"
#undef GCRISK_REGISTER

const std::vector<const LayerEntry*>& all_layers() {
  static const std::vector<const LayerEntry*> kAll = {
#define GCRISK_REGISTER(name) &name##_entry(),
#include "nn/layers/registry.inc"
#undef GCRISK_REGISTER
  };
  return kAll;
}

const LayerEntry& find_layer(const std::string& type) {
  return base::find_entry(all_layers(), "layer", type);
}

std::size_t slide(std::size_t length, std::size_t window, std::size_t stride) {
  if (length < window) {
    throw base::MismatchError("a window of " + std::to_string(window) + " does not fit into " +
                                  std::to_string(length) + " positions",
                              "fewer or smaller pools and kernels, or padding same");
  }
  return (length - window) / stride + 1;
}

Padding padding_of(const base::Parameters& options, std::size_t length) {
  const std::string& text = options.text("padding");
  if (text != "same") {
    const auto n = base::parse_integer(text);
    if (!n || *n < 0) {
      throw base::MismatchError("padding '" + text + "' is not known, expected same or a number");
    }
    return {static_cast<std::size_t>(*n), static_cast<std::size_t>(*n)};
  }
  const auto kernel = static_cast<std::size_t>(options.integer("kernel"));
  const auto stride = static_cast<std::size_t>(options.integer("stride"));
  const auto dilation =
      options.find("dilation") ? static_cast<std::size_t>(options.integer("dilation")) : 1;
  const std::size_t out = (length + stride - 1) / stride;
  const std::size_t needed = (out - 1) * stride + dilation * (kernel - 1) + 1;
  const std::size_t total = needed > length ? needed - length : 0;
  return {total / 2, total - total / 2};
}

}  // namespace gcrisk::nn
