// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace gcrisk::pipeline {

// The largest memory of this program since it began, or since it was reset. getrusage counts what
// the process was before exec, too, so that a large workflow manager would stand in the manifest
// of a small command.
std::uint64_t peak_memory_bytes();

// From now on; does nothing where the kernel does not allow it.
void reset_peak_memory();

}  // namespace gcrisk::pipeline
