// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace gcrisk::pipeline {

// The largest memory of this program since it began. getrusage counts what the process was before
// exec, too, so that a large workflow manager would stand in the manifest of a small command.
std::uint64_t peak_memory_bytes();

// What it holds now.
std::uint64_t current_memory_bytes();

// A part of the work is measured by itself: the kernel's mark is set back (it does nothing where
// that is not allowed), and what it stood at is kept for peak_memory_bytes().
void begin_part_peak();
std::uint64_t part_peak_memory_bytes();

}  // namespace gcrisk::pipeline
