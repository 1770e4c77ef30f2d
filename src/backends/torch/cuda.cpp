// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "backends/torch/cuda.hpp"

#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/nn/capability.hpp"

namespace gcrisk::backends::torch {

namespace {

namespace fs = std::filesystem;

// The folder of the library that holds `symbol`.
fs::path folder_of(const void* symbol) {
  Dl_info info{};
  return ::dladdr(symbol, &info) == 0 ? fs::path() : fs::path(info.dli_fname).parent_path();
}

void* open_or_throw(const fs::path& path, int flags, const std::string& hint) {
  if (!fs::exists(path)) {
    throw base::DeviceError(path.string() + " is absent, which CUDA devices need", hint);
  }
  void* handle = ::dlopen(path.c_str(), flags);
  if (handle == nullptr) {
    throw base::DeviceError(path.string() + " cannot be loaded: " + ::dlerror(), hint);
  }
  return handle;
}

// LibTorch's CUDA half and our own, once. It has to be there before LibTorch is first asked about
// CUDA, which remembers the answer.
const CudaFunctions& load_cuda() {
  static const CudaFunctions* const kFunctions = [] {
    if (!fs::exists("/proc/driver/nvidia/version")) {
      throw base::DeviceError("this machine has no NVIDIA driver",
                              "use --device cpu, or a machine with a GPU");
    }
    const std::string hint =
        "install LibTorch with its CUDA libraries: tools/setup --torch --cuda, or --device cpu";
    const fs::path libtorch = folder_of(reinterpret_cast<const void*>(&at::detail::getCUDAHooks));
    open_or_throw(libtorch / "libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL, hint);
    void* own = open_or_throw(
        folder_of(reinterpret_cast<const void*>(&load_cuda)) / "libgcrisk_torch_cuda.so",
        RTLD_NOW | RTLD_LOCAL,
        "build gcrisk again with GCRISK_TORCH");
    using Entry = const CudaFunctions* (*)();
    const auto entry = reinterpret_cast<Entry>(::dlsym(own, kCudaSymbol));
    const CudaFunctions* found = entry == nullptr ? nullptr : entry();
    if (found == nullptr || found->version != kCudaVersion) {
      throw base::DeviceError("libgcrisk_torch_cuda.so belongs to another version of gcrisk",
                              "install the modules that were built with this library");
    }
    return found;
  }();
  return *kFunctions;
}

int n_devices() {
  const auto& hooks = at::detail::getCUDAHooks();
  return hooks.hasCUDA() ? static_cast<int>(hooks.deviceCount()) : 0;
}

// The flags of LibTorch's CUDA compiler, out of a longer description.
std::string architectures() { return at::detail::getCUDAHooks().showConfig(); }

std::int64_t index_of(const std::string& name, std::size_t local_rank) {
  if (name == "cuda" || name == "auto") {
    load_cuda();
    // A launcher may show each process its own GPU alone.
    return static_cast<std::int64_t>(local_rank) % std::max(1, n_devices());
  }
  const auto index = base::parse_integer(name.substr(std::string("cuda:").size()));
  if (!index || *index < 0) {
    throw base::DeviceError("--device " + name + ": expected cuda or cuda:N, N from 0");
  }
  return *index;
}

c10::Device usable_cuda(const std::string& name, std::int64_t index) {
  const CudaFunctions& cuda = load_cuda();
  const int count = n_devices();
  if (index >= count) {
    throw base::DeviceError(
        "--device " + name + ": LibTorch finds " + std::to_string(count) +
            (count == 1 ? " CUDA device" : " CUDA devices"),
        count == 0 ? "see nvidia-smi and CUDA_VISIBLE_DEVICES" : "they are numbered from 0");
  }
  const CudaDevice device = cuda.describe(static_cast<int>(index));
  nn::require_kernels(
      architectures(), {device.name, device.major, device.minor}, libtorch_version());
  return {c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(index)};
}

}  // namespace

c10::Device choose_device(const std::string& name, std::size_t local_rank) {
  const c10::Device cpu(c10::DeviceType::CPU);
  if (name == "cpu") return cpu;
  if (name != "auto") return usable_cuda(name, index_of(name, local_rank));
  try {
    return usable_cuda(name, index_of(name, local_rank));
  } catch (const base::DeviceError&) {
    return cpu;
  }
}

const CudaFunctions& cuda_functions() { return load_cuda(); }

nn::CudaReport report_cuda() {
  nn::CudaReport report;
  try {
    const CudaFunctions& cuda = load_cuda();
    for (int i = 0; i < n_devices(); ++i) {
      const CudaDevice device = cuda.describe(i);
      report.devices.push_back(device.name + " (" + std::to_string(device.major) + "." +
                               std::to_string(device.minor) + ")");
    }
    if (report.devices.empty()) report.why_none = "LibTorch finds no CUDA device";
  } catch (const base::DeviceError& error) {
    report.why_none = error.what();
  }
  return report;
}

std::string libtorch_version() { return GCRISK_LIBTORCH_VERSION; }

}  // namespace gcrisk::backends::torch
