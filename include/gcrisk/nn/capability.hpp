// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gcrisk::nn {

// A GPU as CUDA describes it.
struct Gpu {
  std::string name;  // "Tesla V100-SXM2-16GB"
  int major = 0;     // compute capability
  int minor = 0;
};

// Whether a LibTorch that was built with `architectures`, the flags of its CUDA compiler
// ("-gencode;arch=compute_80,code=sm_80;..."), has kernels for a GPU: machine code of the same
// major capability and no higher minor one, or PTX of at most its capability.
bool has_kernels(const std::string& architectures, const Gpu& gpu);

// DeviceError that names the LibTorch to take, where there are none.
void require_kernels(const std::string& architectures,
                     const Gpu& gpu,
                     const std::string& libtorch_version);

}  // namespace gcrisk::nn
