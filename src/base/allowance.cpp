// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "gcrisk/base/text.hpp"
#include "gcrisk/base/threads.hpp"

namespace gcrisk::base {

namespace {

std::optional<std::int64_t> environment_integer(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  // OMP_NUM_THREADS may be a list (one entry a nesting level): the first counts.
  const auto value = parse_integer(split(text, ',').front());
  return value && *value > 0 ? value : std::nullopt;
}

std::string read_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// The folder of this process in the unified cgroup tree (v2), or empty.
std::string cgroup_folder() {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("0::")) return "/sys/fs/cgroup" + line.substr(3);
  }
  return {};
}

// A limit holds for every level above, so the walk goes up to the root and takes the smallest.
template <typename Read>
std::optional<double> smallest_upwards(std::string folder, const Read& read) {
  std::optional<double> smallest;
  while (folder.size() >= std::string_view("/sys/fs/cgroup").size()) {
    const std::optional<double> here = read(folder);
    if (here && (!smallest || *here < *smallest)) smallest = here;
    const auto slash = folder.find_last_of('/');
    if (slash == std::string::npos || slash == 0) break;
    folder.resize(slash);
  }
  return smallest;
}

void keep_smaller(Allowance& best, double value, const char* source) {
  if (value < static_cast<double>(best.value)) {
    best = {static_cast<std::size_t>(std::max(1.0, value)), source};
  }
}

}  // namespace

Allowance allowed_threads() {
  Allowance best;
  cpu_set_t set;
  CPU_ZERO(&set);
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  best = {static_cast<std::size_t>(std::max(1L, online)), "online CPUs"};
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    best = {static_cast<std::size_t>(std::max(1, CPU_COUNT(&set))), "CPU affinity"};
  }
  const auto quota = smallest_upwards(cgroup_folder(), [](const std::string& folder) {
    std::istringstream line(read_line(folder + "/cpu.max"));
    std::string limit;
    double period = 0;
    line >> limit >> period;
    const auto value = parse_number(limit);
    return value && period > 0 ? std::optional(std::floor(*value / period + 0.5)) : std::nullopt;
  });
  if (quota) keep_smaller(best, *quota, "cgroup quota");
  for (const char* name : {"SLURM_CPUS_PER_TASK", "OMP_NUM_THREADS"}) {
    if (const auto value = environment_integer(name)) {
      keep_smaller(best, static_cast<double>(*value), name);
    }
  }
  return best;
}

Allowance allowed_memory(std::size_t threads) {
  constexpr double kMiB = 1024.0 * 1024.0;
  if (const auto node = environment_integer("SLURM_MEM_PER_NODE")) {
    return {static_cast<std::size_t>(static_cast<double>(*node) * kMiB), "SLURM_MEM_PER_NODE"};
  }
  if (const auto cpu = environment_integer("SLURM_MEM_PER_CPU")) {
    return {
        static_cast<std::size_t>(static_cast<double>(*cpu) * kMiB * static_cast<double>(threads)),
        "SLURM_MEM_PER_CPU"};
  }
  double free_bytes = 0.9 * static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
                      static_cast<double>(sysconf(_SC_PAGESIZE));
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("MemAvailable:")) continue;
    std::istringstream fields(line.substr(13));
    double kib = 0;
    if (fields >> kib) free_bytes = 0.9 * kib * 1024.0;
  }
  Allowance best{static_cast<std::size_t>(free_bytes), "90 % of free memory"};
  const auto limit = smallest_upwards(cgroup_folder(), [](const std::string& folder) {
    return parse_number(read_line(folder + "/memory.max"));
  });
  if (limit) keep_smaller(best, *limit, "cgroup limit");
  return best;
}

}  // namespace gcrisk::base
