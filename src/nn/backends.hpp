// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "gcrisk/nn/backend.hpp"

namespace gcrisk::nn {

// The backends that there are. The first is defined in backends/eigen, which is linked in; the
// second loads its module when it is first asked for something.
const BackendEntry& eigen_backend();
const BackendEntry& torch_backend();

// Whether the module is there and sees a CUDA device. Nothing is loaded where the machine has no
// NVIDIA driver.
bool torch_has_cuda();

// Where the module is looked for: beside the library, never through the working directory.
std::filesystem::path torch_module_path();

}  // namespace gcrisk::nn
