// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace gcrisk::nn {

// The processes that were started to do one work together, as one of them sees it.
struct Processes {
  std::size_t rank = 0;  // of this process, from 0
  std::size_t size = 1;
  std::size_t local_rank = 0;     // among those of its machine: which GPU it takes
  std::string source;             // the variable that says how many there are
  std::string host;               // where process 0 is
  std::uint16_t port = 0;         // where it listens for the others
  bool launcher_listens = false;  // in its place (torchrun)

  bool alone() const { return size == 1; }
};

// The value of an environment variable.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// Reads the variables of torchrun, mpirun (Open MPI; MPICH and Intel MPI) or srun, in this order,
// as they are; alone where there are none. A batch script's own shell has Slurm's variables too,
// but is one process: those of its step decide. MASTER_ADDR and MASTER_PORT say where processes
// meet; without them it is the first host of Slurm's list, or this machine where all are on it, and
// a port made of the job's number. UsageError for variables that contradict each other.
Processes find_processes(const Environment& environment);
Processes find_processes();  // in the environment of this process

// "node[03-05,9]-ib,x1" -> "node03-ib".
std::string first_host(const std::string& slurm_list);

}  // namespace gcrisk::nn
