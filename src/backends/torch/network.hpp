// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gcrisk/nn/plan.hpp"

namespace gcrisk::backends::torch {

// Parameters and buffers by their names in the plan.
using Parameters = std::map<std::string, at::Tensor>;

// What a forward pass of some people needs besides their inputs. Undefined tensors: nothing.
struct Pass {
  bool training = false;                      // batch normalisation by the batch's own numbers
  at::Tensor visit_counts;                    // people: positions of a masked sequence
  at::Tensor there;                           // people × branches: 0 where a branch is hidden
  std::map<std::string, at::Tensor> dropout;  // by layer: people × numbers, 0 where left out
  std::set<std::string> frozen;               // names of parameters that do not learn
};

// The scores of some people, people × outputs. `inputs` come in the order of Plan::inputs: people ×
// numbers, sequences as people × positions × channels. Base of every derivative: made of operations
// that autograd knows.
at::Tensor forward(const nn::Plan& plan,
                   const Parameters& parameters,
                   std::vector<at::Tensor> inputs,
                   const Pass& pass);

}  // namespace gcrisk::backends::torch
