// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gcrisk/nn/backend.hpp"

namespace gcrisk::nn {

// CUDA devices that LibTorch sees, or why it sees none.
struct CudaReport {
  std::vector<std::string> devices;  // "NVIDIA H100 (9.0)"
  std::string why_none;
};

// What the module of the torch backend exports: one C function of this name that returns this.
inline constexpr const char* kTorchModuleSymbol = "gcrisk_torch_module";
inline constexpr int kTorchModuleVersion = 3;

struct TorchModule {
  int version;
  std::unique_ptr<Executor> (*compile)(const Plan& plan,
                                       Loss loss,
                                       const base::Context& context,
                                       const Processes& processes);
  // What there is of CUDA; loads LibTorch's CUDA half. A sentence where there is nothing, the names
  // of the devices otherwise.
  CudaReport (*cuda)();
  std::string (*libtorch)();  // "2.11.0+cu130"
};

// The torch backend as it is on this machine, for people. Loads the module where there is one.
struct TorchReport {
  std::string path;     // where the module is looked for
  std::string version;  // of LibTorch; empty where it cannot be used
  std::string why_not;
  CudaReport cuda;
};
TorchReport report_torch();

}  // namespace gcrisk::nn
