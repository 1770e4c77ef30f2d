// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "backends/torch/group.hpp"

#include <ATen/ops/full.h>
#include <c10/util/Exception.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <vector>
#define USE_C10D_GLOO  // the header is empty without it
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include "backends/torch/cuda.hpp"
#include "gcrisk/base/error.hpp"

namespace gcrisk::backends::torch {

namespace {

using Gloo = c10d::ProcessGroupGloo;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

c10::intrusive_ptr<c10d::Store> meet(const nn::Processes& processes) {
  c10d::TCPStoreOptions options;
  options.port = processes.port;
  options.isServer = processes.rank == 0 && !processes.launcher_listens;
  options.numWorkers = processes.size;
  // torchrun's store outlives the processes, which it may start again: each time has its own names.
  const char* attempt = std::getenv("TORCHELASTIC_RESTART_COUNT");
  return c10::make_intrusive<c10d::PrefixStore>(
      std::string("gcrisk/") + (attempt == nullptr ? "0" : attempt),
      c10::make_intrusive<c10d::TCPStore>(processes.host, options));
}

c10::intrusive_ptr<Gloo> connect(const nn::Processes& processes,
                                 const c10::intrusive_ptr<c10d::Store>& store) {
  const auto options = Gloo::Options::create();
  // The network to take, as in PyTorch; without it the one of this machine's name.
  const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
  options->devices.push_back(interface == nullptr ? Gloo::createDefaultDevice()
                                                  : Gloo::createDeviceForInterface(interface));
  return c10::make_intrusive<Gloo>(
      store, static_cast<int>(processes.rank), static_cast<int>(processes.size), options);
}

// Process 0 makes what NCCL knows this group by, the others get it from the store.
std::unique_ptr<DeviceSum> connect_gpus(const nn::Processes& processes,
                                        c10d::Store& store,
                                        at::Device device) {
  if (!device.is_cuda()) return nullptr;
  constexpr const char* kKey = "nccl";
  if (processes.rank == 0) store.set(kKey, cuda_functions().nccl_identifier());
  return cuda_functions().connect(device.index(), store.get(kKey), processes.rank, processes.size);
}

class C10dGroup : public Group {
 public:
  C10dGroup(const nn::Processes& processes, at::Device device)
      : rank_(processes.rank),
        size_(processes.size),
        store_(meet(processes)),
        gloo_(connect(processes, store_)),
        gpus_(connect_gpus(processes, *store_, device)) {}

  std::size_t rank() const override { return rank_; }
  std::size_t size() const override { return size_; }

  void sum(at::Tensor& values) override {
    if (values.is_cuda()) return gpus_->sum(values);
    reduce(values, c10d::ReduceOp::SUM);
  }

  double largest(double value) override {
    at::Tensor held = at::full({1}, value, at::kDouble);
    reduce(held, c10d::ReduceOp::MAX);
    return held.item<double>();
  }

 private:
  void reduce(at::Tensor& values, c10d::ReduceOp::RedOpType operation) {
    std::vector<at::Tensor> tensors = {values};
    c10d::AllreduceOptions options;
    options.reduceOp = operation;
    try {
      gloo_->allreduce(tensors, options)->wait();
    } catch (const std::exception& error) {  // Gloo's own kind, or LibTorch's
      throw base::DeviceError(
          "process " + std::to_string(rank_ + 1) + " of " + std::to_string(size_) +
              " has lost another one: " + first_line(error.what()),
          "see what the one that ended first said; the same command goes on from the last "
          "checkpoint");
    }
  }

  std::size_t rank_;
  std::size_t size_;
  c10::intrusive_ptr<c10d::Store> store_;
  c10::intrusive_ptr<Gloo> gloo_;
  std::unique_ptr<DeviceSum> gpus_;
};

std::shared_ptr<Group> meet_others(const nn::Processes& processes, at::Device device) {
  try {
    return std::make_shared<C10dGroup>(processes, device);
  } catch (const c10::Error& error) {
    throw base::DeviceError(
        "process " + std::to_string(processes.rank + 1) + " of " + std::to_string(processes.size) +
            " has not met the others at " + processes.host + ":" + std::to_string(processes.port) +
            ": " + first_line(error.what_without_backtrace()),
        "see that all were started, and set MASTER_ADDR and MASTER_PORT to a place that every "
        "machine reaches");
  }
}

}  // namespace

std::shared_ptr<Group> join(const nn::Processes& processes, at::Device device) {
  if (processes.alone()) return nullptr;
  static const std::shared_ptr<Group> kGroup = meet_others(processes, device);
  return kGroup;
}

}  // namespace gcrisk::backends::torch
