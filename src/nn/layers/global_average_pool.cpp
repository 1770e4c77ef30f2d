// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/error.hpp"
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

namespace {

Shape infer(std::span<const Shape> inputs, Step&) {
  const Shape in = inputs[0];
  if (!in.is_sequence()) throw base::MismatchError("needs a sequence, got " + to_string(in));
  return {0, in.channels};
}

}  // namespace

const LayerEntry& global_average_pool_entry() {
  static const LayerEntry entry{
      .name = "global-average-pool",
      .meaning = "the mean of each channel over all positions that a person has",
      .options = {},
      .infer = infer};
  return entry;
}

}  // namespace gcrisk::nn
