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
  step.parameters.push_back(
      {step.name + ".weight", {in.channels + 1, units}, Init::kNormal, 1, units});
  return {in.length, units, in.masked};
}

}  // namespace

const LayerEntry& embedding_entry() {
  static const LayerEntry entry{
      .name = "embedding",
      .meaning =
          "a learned vector for each class of a position, such as the three genotypes of the "
          "encoding onehot; a position of no class, as a missing call, has one of its own",
      .options = {{.name = "units",
                   .type = base::ParameterType::kInteger,
                   .meaning = "numbers of a vector",
                   .min = 1,
                   .required = true}},
      .infer = infer};
  return entry;
}

}  // namespace gcrisk::nn
