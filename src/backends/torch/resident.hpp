// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "gcrisk/nn/data.hpp"
#include "gcrisk/nn/loss.hpp"

namespace gcrisk::backends::torch {

// Everybody's data on a device, once: genotypes stay packed and are decoded there for the people
// of a batch. On the CPU nothing is copied.
class Resident {
 public:
  Resident() = default;
  Resident(const nn::Data& data, at::Device device);

  // What each branch reads of the people `rows`, in the order of the plan.
  std::vector<at::Tensor> inputs(const nn::Plan& plan, const at::Tensor& rows) const;
  at::Tensor visit_counts(const at::Tensor& rows) const;  // undefined: all have all
  // Sum of the losses of `rows`, a scalar; cox: over events. Divide by the people (or events) for
  // the mean that nn::loss_of gives.
  at::Tensor loss_sum(nn::Loss loss, const at::Tensor& scores, const at::Tensor& rows) const;
  // People, or for cox the weight of events.
  at::Tensor loss_divisor(nn::Loss loss, const at::Tensor& rows) const;

 private:
  at::Tensor decode(const at::Tensor& rows, std::int64_t channels) const;
  at::Tensor weights_of(const at::Tensor& rows) const;

  std::int64_t n_variants_ = 0;
  at::Tensor genotypes_, dosage_, clinical_, molecular_, visits_, visit_counts_;
  at::Tensor target_, time_, interval_, weight_;
};

// Host numbers as a tensor on a device. Nothing is waited for; on the CPU `values` are copied too.
template <typename T>
at::Tensor to_device(const std::vector<T>& values,
                     at::ScalarType type,
                     std::vector<std::int64_t> shape,
                     at::Device device);

}  // namespace gcrisk::backends::torch
