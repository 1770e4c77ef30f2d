// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "backends/torch/network.hpp"
#include "gcrisk/nn/backend.hpp"

namespace gcrisk::backends::torch {

// Adam with decoupled weight decay on the device, by LibTorch's fused kernels: nothing of a step
// comes back to the CPU. A step whose `skip` is 1 changes nothing.
class Optimiser {
 public:
  Optimiser(const nn::Plan& plan, const Parameters& parameters, at::Device device);

  void freeze(const std::vector<std::string>& names);
  // Parameters that learn, in a fixed order; gradients are handed over in the same.
  std::vector<at::Tensor> learning() const;

  // `rate` and `number` (1 for the first step) are tensors of one float on the device.
  void step(std::vector<at::Tensor> gradients,
            const nn::StepSettings& settings,
            const at::Tensor& rate,
            const at::Tensor& number,
            const at::Tensor& skip) const;

  Parameters first, second;  // moments, by name

 private:
  struct Slot {
    std::string name;
    at::Tensor value;
    bool decays = true;
    bool frozen = false;
  };
  std::vector<Slot> slots_;
};

}  // namespace gcrisk::backends::torch
