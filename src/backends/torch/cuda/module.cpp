// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "backends/torch/cuda.hpp"

// What is used of LibTorch's torch/csrc/cuda/nccl.h, which itself includes headers of CUDA
// libraries that nothing here needs.
namespace torch::cuda::nccl {

using ncclComm_t = void*;
struct ncclUniqueId {
  char internal[128];
};
void get_unique_id(ncclUniqueId& id);
ncclComm_t comm_init_rank(int size, const ncclUniqueId& id, int rank);
void all_reduce(const std::vector<at::Tensor>& inputs,
                std::vector<at::Tensor>& outputs,
                std::int32_t operation,
                const std::vector<std::optional<c10::cuda::CUDAStream>>& streams,
                const std::vector<ncclComm_t>& communicators);

}  // namespace torch::cuda::nccl

namespace gcrisk::backends::torch {

namespace nccl = ::torch::cuda::nccl;

namespace {

constexpr std::int32_t kSum = 0;  // of NCCL's operations

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

// On the stream of the operations around it, so that nothing is waited for. The connection lives as
// long as the process: taken down at its exit it would come after CUDA's own end.
class NcclSum : public DeviceSum {
 public:
  NcclSum(int device, const nccl::ncclUniqueId& identifier, std::size_t rank, std::size_t size) {
    const Current current(device);
    communicator_ =
        nccl::comm_init_rank(static_cast<int>(size), identifier, static_cast<int>(rank));
  }

  void sum(at::Tensor& values) override {
    std::vector<at::Tensor> tensors = {values};
    nccl::all_reduce(tensors, tensors, kSum, {}, {communicator_});
  }

 private:
  nccl::ncclComm_t communicator_ = nullptr;
};

std::vector<std::uint8_t> nccl_identifier() {
  nccl::ncclUniqueId identifier{};
  nccl::get_unique_id(identifier);
  return {std::begin(identifier.internal), std::end(identifier.internal)};
}

std::unique_ptr<DeviceSum> connect(int device,
                                   const std::vector<std::uint8_t>& identifier,
                                   std::size_t rank,
                                   std::size_t size) {
  nccl::ncclUniqueId own{};
  std::copy_n(identifier.begin(), sizeof(own.internal), std::begin(own.internal));
  return std::make_unique<NcclSum>(device, own, rank, size);
}

std::unique_ptr<StepGraph> make_graph(int device) { return std::make_unique<Graph>(device); }

}  // namespace

}  // namespace gcrisk::backends::torch

extern "C" const gcrisk::backends::torch::CudaFunctions* gcrisk_torch_cuda();

extern "C" const gcrisk::backends::torch::CudaFunctions* gcrisk_torch_cuda() {
  namespace own = gcrisk::backends::torch;
  static const own::CudaFunctions kFunctions = {
      own::kCudaVersion, own::describe, own::make_graph, own::nccl_identifier, own::connect};
  return &kFunctions;
}
