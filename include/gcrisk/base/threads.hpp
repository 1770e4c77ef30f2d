// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace gcrisk::base {

// What the job was given: the smallest of SLURM_CPUS_PER_TASK, OMP_NUM_THREADS, CPU affinity and
// cgroup quota; `source` says which of them won.
struct Allowance {
  std::size_t value = 1;
  std::string source;
};
Allowance allowed_threads();

// Bytes: SLURM_MEM_PER_NODE, SLURM_MEM_PER_CPU, the cgroup limit, else 90 % of what is free.
Allowance allowed_memory(std::size_t threads);

// A fixed team of threads. The calling thread takes part, so a pool of one starts no thread.
class ThreadPool {
 public:
  explicit ThreadPool(std::size_t n_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  std::size_t size() const noexcept;

  // Runs `task(i, thread)` for i = 0 … n_tasks-1 in any order, `thread` in [0, size()), and
  // returns when all are done. Tasks are handed out dynamically. The first exception stops the
  // rest and is rethrown here. A call from inside a task runs its tasks in the caller.
  //
  // The number of tasks must not depend on size(): then sums collected per task and added in the
  // order of tasks are the same on any number of threads.
  void run(std::size_t n_tasks, const std::function<void(std::size_t, std::size_t)>& task);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// [begin, end) of chunk `i` when `n` items are cut into chunks of `chunk_size`.
struct Chunk {
  std::size_t begin;
  std::size_t end;
};
constexpr std::size_t chunk_count(std::size_t n, std::size_t chunk_size) {
  return (n + chunk_size - 1) / chunk_size;
}
constexpr Chunk chunk_at(std::size_t i, std::size_t n, std::size_t chunk_size) {
  const std::size_t begin = i * chunk_size;
  return {begin, begin + chunk_size < n ? begin + chunk_size : n};
}

}  // namespace gcrisk::base
