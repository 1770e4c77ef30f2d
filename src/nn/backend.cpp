// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/backend.hpp"

#include "gcrisk/base/registry.hpp"
#include "nn/backends.hpp"

namespace gcrisk::nn {

const std::vector<const BackendEntry*>& all_backends() {
  static const std::vector<const BackendEntry*> kAll = {&eigen_backend(), &torch_backend()};
  return kAll;
}

const BackendEntry& find_backend(const std::string& name) {
  return base::find_entry(all_backends(), "backend", name);
}

const BackendEntry& choose_backend(const std::string& backend,
                                   const base::Context& context,
                                   const Processes& processes) {
  const std::string& device = context.device;
  if (backend != "auto") {
    if (backend == "eigen" && device.starts_with("cuda")) {
      throw base::DeviceError("--backend eigen: it runs on the CPU, --device is " + device,
                              "use --backend torch, or --device cpu");
    }
    const BackendEntry& entry = find_backend(backend);
    if (!processes.alone() && entry.compile_together == nullptr) {
      throw base::DeviceError("--backend " + backend + ": it trains in one process, " +
                                  processes.source + " says " + std::to_string(processes.size),
                              "use --backend torch, or start one process");
    }
    return entry;
  }
  if (!processes.alone()) return torch_backend();
  if (device.starts_with("cuda")) return torch_backend();
  if (device == "auto" && torch_has_cuda()) return torch_backend();
  return eigen_backend();
}

}  // namespace gcrisk::nn
