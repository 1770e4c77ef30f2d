// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/core/Device.h>

#include <cstddef>
#include <memory>
#include <string>

#include "gcrisk/nn/module.hpp"

namespace gcrisk::backends::torch {

// A stretch of GPU work that is recorded once and then repeated without the CPU: a CUDA graph.
// Everything recorded has to work on the same memory each time.
class StepGraph {
 public:
  virtual ~StepGraph() = default;
  virtual void begin() = 0;  // what follows on this thread is recorded, not done
  virtual void end() = 0;
  virtual void replay() = 0;
};

struct CudaDevice {
  std::string name;
  int major = 0;  // compute capability
  int minor = 0;
  std::size_t free_bytes = 0;
  std::size_t total_bytes = 0;
};

// What needs CUDA's own headers and is therefore a module of its own, libgcrisk_torch_cuda.so,
// loaded behind LibTorch's CUDA half.
struct CudaFunctions {
  int version;
  CudaDevice (*describe)(int device);
  // On a stream of its own; `device` is made the current one.
  std::unique_ptr<StepGraph> (*make_graph)(int device);
};
inline constexpr const char* kCudaSymbol = "gcrisk_torch_cuda";
inline constexpr int kCudaVersion = 1;

// What --device comes to. DeviceError where it cannot be used: no driver, no CUDA half of LibTorch,
// no such device, no kernels for it. LibTorch's CUDA half is loaded only where CUDA is asked for by
// name, or by auto on a machine with an NVIDIA driver.
c10::Device choose_device(const std::string& name);

// The functions of the CUDA module; only after `choose_device` gave a CUDA device.
const CudaFunctions& cuda_functions();

nn::CudaReport report_cuda();
std::string libtorch_version();

}  // namespace gcrisk::backends::torch
