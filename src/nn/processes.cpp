// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/processes.hpp"

#include <cstdlib>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::nn {

namespace {

// What a launcher calls things.
struct Launcher {
  const char* rank;
  const char* size;
  const char* local_rank;
  const char* local_size;  // null: srun, which has no number of that kind
};

// Where several are set, the first is the one that started this process: torchrun and mpirun are
// themselves started by srun, not the other way round.
constexpr Launcher kLaunchers[] = {
    {"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"},
    {"OMPI_COMM_WORLD_RANK",
     "OMPI_COMM_WORLD_SIZE",
     "OMPI_COMM_WORLD_LOCAL_RANK",
     "OMPI_COMM_WORLD_LOCAL_SIZE"},
    {"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"},
    {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", nullptr},
};

constexpr std::int64_t kUsualPort = 29500;  // torchrun's
// Ports that a system gives out by itself begin at 32768.
constexpr std::int64_t kFirstPort = 20000;
constexpr std::int64_t kPorts = 12000;

std::optional<std::int64_t> number_of(const Environment& environment, const char* name) {
  const auto text = name == nullptr ? std::nullopt : environment(name);
  if (!text) return std::nullopt;
  const auto number = base::parse_integer(*text);
  if (!number || *number < 0) {
    throw base::UsageError(std::string(name) + "=" + *text + ": expected a whole number from 0",
                           "start the processes by torchrun, mpirun or srun, which set it");
  }
  return number;
}

void find_place(const Environment& environment, bool by_srun, bool on_one_machine, Processes& out) {
  const auto nodes = environment(by_srun ? "SLURM_STEP_NODELIST" : "SLURM_JOB_NODELIST");
  if (const auto host = environment("MASTER_ADDR")) {
    out.host = *host;
  } else if (on_one_machine) {
    out.host = "127.0.0.1";
  } else if (nodes) {
    out.host = first_host(*nodes);
  } else {
    throw base::UsageError(out.source + "=" + std::to_string(out.size) +
                               ": MASTER_ADDR, where the processes meet, is not set",
                           "set MASTER_ADDR to the host of process 0");
  }
  std::int64_t port = kUsualPort;
  if (const auto job = number_of(environment, "SLURM_JOB_ID")) {
    // Steps of a job may run beside each other; mpirun's processes need not be in the same one.
    const std::int64_t step =
        by_srun ? number_of(environment, "SLURM_STEP_ID").value_or(0) : std::int64_t{0};
    port = kFirstPort + (*job + 1009 * step) % kPorts;
  }
  port = number_of(environment, "MASTER_PORT").value_or(port);
  if (port < 1 || port > 65535) {
    throw base::UsageError("MASTER_PORT=" + std::to_string(port) + ": expected 1 to 65535");
  }
  out.port = static_cast<std::uint16_t>(port);
  out.launcher_listens = environment("TORCHELASTIC_USE_AGENT_STORE") == "True";
}

}  // namespace

std::string first_host(const std::string& slurm_list) {
  const std::size_t open = slurm_list.find('[');
  const std::size_t comma = slurm_list.find(',');
  if (comma < open) return slurm_list.substr(0, comma);
  if (open == std::string::npos) return slurm_list;
  const std::size_t close = slurm_list.find(']', open);
  if (close == std::string::npos) return slurm_list;
  const std::string inside = slurm_list.substr(open + 1, close - open - 1);
  const std::string behind = slurm_list.substr(close + 1, slurm_list.find(',', close) - close - 1);
  return slurm_list.substr(0, open) + inside.substr(0, inside.find_first_of("-,")) + behind;
}

Processes find_processes(const Environment& environment) {
  for (const Launcher& launcher : kLaunchers) {
    const auto size = number_of(environment, launcher.size);
    const auto rank = number_of(environment, launcher.rank);
    // A script may set WORLD_SIZE for programs that take their rank from Slurm.
    if (!size || !rank) continue;
    if (*size < 1 || *rank >= *size) {
      throw base::UsageError(std::string(launcher.rank) + "=" + std::to_string(*rank) + " and " +
                                 launcher.size + "=" + std::to_string(*size) +
                                 ": expected a rank below the number of processes",
                             "start the processes by torchrun, mpirun or srun, which set both");
    }
    if (*size == 1) continue;
    Processes out{.rank = static_cast<std::size_t>(*rank),
                  .size = static_cast<std::size_t>(*size),
                  .source = launcher.size};
    out.local_rank =
        static_cast<std::size_t>(number_of(environment, launcher.local_rank).value_or(0));
    const bool by_srun = launcher.local_size == nullptr;
    find_place(environment,
               by_srun,
               by_srun ? environment("SLURM_STEP_NUM_NODES") == "1"
                       : number_of(environment, launcher.local_size) == size,
               out);
    return out;
  }
  const auto size = number_of(environment, "WORLD_SIZE");
  if (size && *size > 1) {
    throw base::UsageError("WORLD_SIZE=" + std::to_string(*size) +
                               " says that there are several processes, but not which this is",
                           "start them by torchrun, mpirun or srun, or unset WORLD_SIZE");
  }
  return {};
}

Processes find_processes() {
  return find_processes([](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  });
}

}  // namespace gcrisk::nn
