// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>

#include "backends/torch/cuda.hpp"

namespace gcrisk::backends::torch {

namespace {

// Makes a device the current one until it ends.
class Current {
 public:
  explicit Current(int device) : before_(c10::cuda::current_device()) {
    c10::cuda::set_device(static_cast<c10::DeviceIndex>(device));
  }
  ~Current() { c10::cuda::set_device(before_); }
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

 private:
  c10::DeviceIndex before_;
};

CudaDevice describe(int device) {
  const Current current(device);
  cudaDeviceProp properties{};
  C10_CUDA_CHECK(cudaGetDeviceProperties(&properties, device));
  CudaDevice out{properties.name, properties.major, properties.minor, 0, 0};
  C10_CUDA_CHECK(cudaMemGetInfo(&out.free_bytes, &out.total_bytes));
  return out;
}

// Recording is not allowed on the default stream: it is done on another one, which waits for what
// was begun before and is waited for by what comes behind.
class Graph : public StepGraph {
 public:
  explicit Graph(int device)
      : device_(static_cast<c10::DeviceIndex>(device)),
        own_(c10::cuda::getStreamFromPool(false, device_)),
        before_(c10::cuda::getCurrentCUDAStream(device_)) {}

  void begin() override {
    before_ = c10::cuda::getCurrentCUDAStream(device_);
    before_.synchronize();
    c10::cuda::setCurrentCUDAStream(own_);
    graph_.capture_begin();
  }
  void end() override {
    graph_.capture_end();
    c10::cuda::setCurrentCUDAStream(before_);
  }
  void replay() override { graph_.replay(); }

 private:
  c10::DeviceIndex device_;
  c10::cuda::CUDAStream own_;
  c10::cuda::CUDAStream before_;
  at::cuda::CUDAGraph graph_;
};

std::unique_ptr<StepGraph> make_graph(int device) { return std::make_unique<Graph>(device); }

}  // namespace

}  // namespace gcrisk::backends::torch

extern "C" const gcrisk::backends::torch::CudaFunctions* gcrisk_torch_cuda();

extern "C" const gcrisk::backends::torch::CudaFunctions* gcrisk_torch_cuda() {
  namespace own = gcrisk::backends::torch;
  static const own::CudaFunctions kFunctions = {own::kCudaVersion, own::describe, own::make_graph};
  return &kFunctions;
}
