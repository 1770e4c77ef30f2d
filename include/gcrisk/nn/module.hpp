// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "gcrisk/nn/backend.hpp"

namespace gcrisk::nn {

// What the module of the torch backend exports: one C function of this name that returns this.
inline constexpr const char* kTorchModuleSymbol = "gcrisk_torch_module";
inline constexpr int kTorchModuleVersion = 1;

struct TorchModule {
  int version;
  std::unique_ptr<Executor> (*compile)(const Plan& plan, Loss loss, const base::Context& context);
  int (*cuda_devices)();
};

}  // namespace gcrisk::nn
