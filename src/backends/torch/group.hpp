// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <memory>

#include "gcrisk/nn/processes.hpp"

namespace gcrisk::backends::torch {

// The processes that train a network together, connected by c10d: Gloo between CPUs, NCCL between
// GPUs. All make the same calls in the same order; a call returns when all have made it.
class Group {
 public:
  virtual ~Group() = default;

  virtual std::size_t rank() const = 0;
  virtual std::size_t size() const = 0;
  // In place, numbers of single precision on the CPU or the group's device: every process gets the
  // same bits.
  virtual void sum(at::Tensor& values) = 0;
  virtual double largest(double value) = 0;
};

// Waits until all processes are there; null where there is one. A process joins once: what comes
// later gets the same group. DeviceError where they do not meet.
std::shared_ptr<Group> join(const nn::Processes& processes, at::Device device);

}  // namespace gcrisk::backends::torch
