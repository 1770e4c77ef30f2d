// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/capability.hpp"

#include <cctype>

#include "gcrisk/base/error.hpp"

namespace gcrisk::nn {

namespace {

// The number behind `at`: 70 of "sm_70", 90 of "sm_90a".
int number_at(const std::string& text, std::size_t at) {
  int value = 0;
  for (; at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0; ++at) {
    value = 10 * value + (text[at] - '0');
  }
  return value;
}

template <typename Accept>
bool any_number(const std::string& text, const std::string& before, const Accept& accept) {
  for (std::size_t at = text.find(before); at != std::string::npos; at = text.find(before, at)) {
    at += before.size();
    if (accept(number_at(text, at))) return true;
  }
  return false;
}

}  // namespace

bool has_kernels(const std::string& architectures, const Gpu& gpu) {
  const int own = 10 * gpu.major + gpu.minor;
  return any_number(architectures,
                    "code=sm_",
                    [&](int built) { return built / 10 == gpu.major && built <= own; }) ||
         any_number(
             architectures, "code=compute_", [&](int built) { return built > 0 && built <= own; });
}

void require_kernels(const std::string& architectures,
                     const Gpu& gpu,
                     const std::string& libtorch_version) {
  if (architectures.empty() || has_kernels(architectures, gpu)) return;
  const std::string capability = std::to_string(gpu.major) + "." + std::to_string(gpu.minor);
  // docs/nets.md, LibTorch: which release was built for what.
  const std::string hint =
      10 * gpu.major + gpu.minor < 50
          ? "no LibTorch that gcrisk is tested with has kernels for it: use --device cpu"
      : gpu.major < 8 && libtorch_version.find("cu126") == std::string::npos
          ? "LibTorch 2.7.1 for CUDA 12.6 has kernels for compute capability 5.0 to 9.0: "
            "tools/setup --torch 2.7.1"
          : "LibTorch 2.11.0 for CUDA 13.0 has kernels for compute capability 7.5 and higher: "
            "tools/setup --torch 2.11.0";
  throw base::DeviceError("the GPU " + gpu.name + " has compute capability " + capability +
                              ", for which LibTorch " + libtorch_version + " has no kernels",
                          hint);
}

}  // namespace gcrisk::nn
