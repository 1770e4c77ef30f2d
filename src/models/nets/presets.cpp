// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/nets/presets.hpp"

#include <algorithm>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "models/nets/options.hpp"

namespace gcrisk::models::nets {

namespace {

constexpr std::size_t kFewVariants = 256;

}  // namespace

void add_dense(std::vector<nn::Layer>& layers,
               const std::string& stem,
               const std::vector<std::size_t>& units) {
  for (std::size_t i = 0; i < units.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    layers.push_back(
        nn::make_layer("linear", stem + ".dense" + number, {{"units", std::to_string(units[i])}}));
    layers.push_back(nn::make_layer("relu", stem + ".relu" + number));
  }
}

nn::Branch dense_branch(const std::string& input, const std::vector<std::size_t>& units) {
  nn::Branch branch{input, input, "dosage", {}};
  add_dense(branch.layers, input, units);
  return branch;
}

nn::Branch convolution_branch(const base::Parameters& p,
                              std::size_t n_variants,
                              const std::vector<std::size_t>& channels_of_few) {
  nn::Branch branch{"genotypes", "genotypes", p.text("encoding"), {}};
  std::vector<std::size_t> channels;
  const bool automatic = p.text("conv-channels") == "auto";
  if (automatic) {
    channels = n_variants > kFewVariants ? std::vector<std::size_t>{32, 64} : channels_of_few;
  } else {
    channels = sizes_of(p, "conv-channels");
  }
  std::vector<std::size_t> kernels = sizes_of(p, "kernel");
  if (kernels.empty()) throw base::UsageError("--kernel none: a convolution needs a window");
  const auto pool = static_cast<std::size_t>(p.integer("pool"));
  std::size_t length = n_variants;
  for (std::size_t b = 0; b < channels.size(); ++b) {
    // A block that the variants leave no room for is not made of its own accord.
    if (automatic && b > 0 && length < 2 * pool) break;
    const std::string number = std::to_string(b + 1);
    const std::size_t kernel = kernels[std::min(b, kernels.size() - 1)];
    branch.layers.push_back(nn::make_layer(
        "conv1d",
        "genotypes.conv" + number,
        {{"channels", std::to_string(channels[b])}, {"kernel", std::to_string(kernel)}}));
    branch.layers.push_back(nn::make_layer("relu", "genotypes.conv-relu" + number));
    if (pool > 1 && (!automatic || length >= pool)) {
      branch.layers.push_back(
          nn::make_layer("max-pool", "genotypes.pool" + number, {{"size", std::to_string(pool)}}));
      length /= pool;
    }
  }
  add_dense(branch.layers, "genotypes", sizes_of(p, "genotype-units"));
  return branch;
}

std::vector<nn::Layer> make_head(const std::vector<std::size_t>& units,
                                 double dropout,
                                 std::size_t n_outputs) {
  std::vector<nn::Layer> layers;
  add_dense(layers, "head", units);
  if (dropout > 0) {
    layers.push_back(
        nn::make_layer("dropout", "head.dropout", {{"rate", base::format_exact(dropout)}}));
  }
  layers.push_back(nn::make_layer(
      "linear", "head.out", {{"units", std::to_string(n_outputs)}, {"init", "glorot"}}));
  return layers;
}

}  // namespace gcrisk::models::nets
