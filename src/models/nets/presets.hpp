// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gcrisk/base/parameters.hpp"
#include "gcrisk/nn/network.hpp"
#include "gcrisk/nn/plan.hpp"

namespace gcrisk::models::nets {

// What a preset makes of the options for data of these sizes.
using Preset = nn::NetworkSpec (*)(const base::Parameters& parameters,
                                   const nn::InputSizes& sizes,
                                   std::size_t n_outputs);

// Parts that presets are put together from.
nn::Branch dense_branch(const std::string& input, const std::vector<std::size_t>& units);
// `channels_of_few`: what `--conv-channels auto` is for up to 256 variants.
nn::Branch convolution_branch(const base::Parameters& parameters,
                              std::size_t n_variants,
                              const std::vector<std::size_t>& channels_of_few);
void add_dense(std::vector<nn::Layer>& layers,
               const std::string& stem,
               const std::vector<std::size_t>& units);
std::vector<nn::Layer> make_head(const std::vector<std::size_t>& units,
                                 double dropout,
                                 std::size_t n_outputs);

}  // namespace gcrisk::models::nets
