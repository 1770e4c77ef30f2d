// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/tensor.hpp"
#include "gcrisk/cohort/dataset.hpp"
#include "gcrisk/nn/data.hpp"

namespace gcrisk::models::nets {

// How a dataset becomes numbers of order 1 for a net; learned from the training set. Variants are
// put in the order of the genome, which convolutions and windows rely on.
struct InputScales {
  std::vector<std::int32_t> order;  // variant of the dataset at each position of the genome
  std::vector<float> dosage;        // four numbers a variant, in the order of the genome
  std::vector<float> clinical_mean;
  std::vector<float> clinical_scale;  // 1 / sd, 0 for a constant column
  std::vector<float> molecular_mean;
  std::vector<float> molecular_scale;

  // MismatchError where a column has missing or infinite values.
  static InputScales learn(const cohort::Dataset& train, const base::Context& context);
  base::TensorMap to_tensors() const;
  static InputScales from_tensors(const base::TensorMap& tensors);
};

// People of `data` behind those that are in `out` already; targets are not touched. A person
// without a single call counts as one without genotypes. Cost: a byte for four calls.
void append_people(const cohort::Dataset& data,
                   const InputScales& scales,
                   const base::Context& context,
                   nn::Data& out);

}  // namespace gcrisk::models::nets
