// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "peak_memory.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <string>

namespace gcrisk::pipeline {

namespace {

// The kernel has one mark a process, so what it forgets is kept a process, too.
std::atomic<std::uint64_t>& peak_of_earlier_parts() {
  static std::atomic<std::uint64_t> bytes{0};
  return bytes;
}

// A line of /proc/self/status, 0 where there is none.
std::uint64_t status_bytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name)) {
      return std::strtoull(line.c_str() + name.size(), nullptr, 10) * 1024;
    }
  }
  return 0;
}

}  // namespace

std::uint64_t current_memory_bytes() { return status_bytes("VmRSS:"); }

std::uint64_t part_peak_memory_bytes() {
  if (const std::uint64_t bytes = status_bytes("VmHWM:")) return bytes;
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::uint64_t peak_memory_bytes() {
  return std::max(part_peak_memory_bytes(), peak_of_earlier_parts().load());
}

void begin_part_peak() {
  peak_of_earlier_parts() = peak_memory_bytes();
  std::ofstream("/proc/self/clear_refs") << 5;
}

}  // namespace gcrisk::pipeline
