// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

#include "gcrisk/base/error.hpp"
#include "gcrisk/nn/module.hpp"
#include "nn/backends.hpp"

namespace gcrisk::nn {

namespace {

namespace fs = std::filesystem;

// The functions of the module, which stays loaded until the process ends.
const TorchModule& module() {
  static const TorchModule* const kModule = [] {
    const fs::path path = torch_module_path();
    if (!fs::exists(path)) {
      throw base::DeviceError(
          "this build has no torch backend (" + path.string() + " is absent)",
          "use a build configured with GCRISK_TORCH, or --backend eigen in one process");
    }
    void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      throw base::DeviceError(path.string() + " cannot be loaded: " + ::dlerror(),
                              "see that the LibTorch it was built with is still in its place");
    }
    using Entry = const TorchModule* (*)();
    const auto entry = reinterpret_cast<Entry>(::dlsym(handle, kTorchModuleSymbol));
    const TorchModule* found = entry == nullptr ? nullptr : entry();
    if (found == nullptr || found->version != kTorchModuleVersion) {
      throw base::DeviceError(path.string() + " belongs to another version of gcrisk",
                              "install the module that was built with this library");
    }
    return found;
  }();
  return *kModule;
}

std::unique_ptr<Executor> compile(const Plan& plan, Loss loss, const base::Context& context) {
  return module().compile(plan, loss, context, {});
}

std::unique_ptr<Executor> compile_together(const Plan& plan,
                                           Loss loss,
                                           const base::Context& context,
                                           const Processes& processes) {
  return module().compile(plan, loss, context, processes);
}

}  // namespace

fs::path torch_module_path() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&torch_module_path), &info) == 0) return {};
  fs::path folder = fs::path(info.dli_fname).parent_path();
  // A library of a higher CPU level lies in glibc-hwcaps/<level>/ below the plain one.
  if (folder.parent_path().filename() == "glibc-hwcaps") {
    folder = folder.parent_path().parent_path();
  }
  return folder / "libgcrisk_torch.so";
}

bool torch_has_cuda() {
  if (!fs::exists("/proc/driver/nvidia/version") || !fs::exists(torch_module_path())) return false;
  try {
    return !module().cuda().devices.empty();
  } catch (const base::DeviceError&) {
    return false;
  }
}

TorchReport report_torch() {
  TorchReport report{.path = torch_module_path().string()};
  try {
    report.version = module().libtorch();
    report.cuda = module().cuda();
  } catch (const base::DeviceError& error) {
    report.why_not = error.what();
  }
  return report;
}

const BackendEntry& torch_backend() {
  static const BackendEntry entry{
      .name = "torch",
      .meaning = "LibTorch, on the CPU and on CUDA devices",
      .compile = compile,
      .compile_together = compile_together,
  };
  return entry;
}

}  // namespace gcrisk::nn
