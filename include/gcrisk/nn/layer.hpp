// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gcrisk/base/parameters.hpp"
#include "gcrisk/nn/plan.hpp"

namespace gcrisk::nn {

// What a layer needs to know of itself: fills `step.parameters` from the shapes it reads and
// returns the shape it writes. MismatchError (without the layer's name, which the caller adds)
// where the shapes do not fit.
struct LayerEntry {
  std::string name;
  std::string meaning;
  base::ParameterTable options;
  Shape (*infer)(std::span<const Shape> inputs, Step& step);
};

// In the order of layers/registry.inc.
const std::vector<const LayerEntry*>& all_layers();
const LayerEntry& find_layer(const std::string& type);

// The output positions of a window that slides over `length` + `padding` positions.
std::size_t slide(std::size_t length, std::size_t window, std::size_t stride);

// Padding of conv1d and locally_connected: "same" (the output is as long as ceil(length /
// stride)) or a number of zeros on both sides.
struct Padding {
  std::size_t before = 0;
  std::size_t after = 0;
};
Padding padding_of(const base::Parameters& options, std::size_t length);

}  // namespace gcrisk::nn
