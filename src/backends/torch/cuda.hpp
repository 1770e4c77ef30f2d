// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

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

// The GPUs of several processes, one each, connected by NCCL.
class DeviceSum {
 public:
  virtual ~DeviceSum() = default;
  virtual void sum(at::Tensor& values) = 0;  // in place, in the order of the current stream
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
  // What the processes of a group have in common, made by one of them.
  std::vector<std::uint8_t> (*nccl_identifier)();
  std::unique_ptr<DeviceSum> (*connect)(int device,
                                        const std::vector<std::uint8_t>& identifier,
                                        std::size_t rank,
                                        std::size_t size);
};
inline constexpr const char* kCudaSymbol = "gcrisk_torch_cuda";
inline constexpr int kCudaVersion = 2;

// What --device comes to. DeviceError where it cannot be used: no driver, no CUDA half of LibTorch,
// no such device, no kernels for it. LibTorch's CUDA half is loaded only where CUDA is asked for by
// name, or by auto on a machine with an NVIDIA driver. Without a number it is the first, of several
// processes on a machine each one's own.
c10::Device choose_device(const std::string& name, std::size_t local_rank = 0);

// The functions of the CUDA module; only after `choose_device` gave a CUDA device.
const CudaFunctions& cuda_functions();

nn::CudaReport report_cuda();
std::string libtorch_version();

}  // namespace gcrisk::backends::torch
