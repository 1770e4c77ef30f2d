// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/context.hpp"

#include <csignal>

#include "gcrisk/base/error.hpp"

namespace gcrisk::base {

void Cancellation::check() const {
  const int signal = this->signal();
  if (signal == 0) return;
  if (signal == SIGUSR1) throw CheckpointedError("stopped by SIGUSR1");
  throw TerminatedError(signal == SIGINT ? "stopped by SIGINT" : "stopped by SIGTERM");
}

Context Context::make(std::size_t n_threads, std::uint64_t seed) {
  Context context;
  context.seed = seed;
  context.n_threads = n_threads;
  context.log = std::make_shared<Log>("gcrisk", LogLevel::kOff);
  context.threads = std::make_shared<ThreadPool>(n_threads);
  context.progress = std::make_shared<Progress>();
  context.cancellation = std::make_shared<Cancellation>();
  return context;
}

void Context::for_chunks(
    std::size_t n,
    std::size_t chunk_size,
    const std::function<void(std::size_t begin, std::size_t end)>& work) const {
  threads->run(chunk_count(n, chunk_size), [&](std::size_t i, std::size_t) {
    cancellation->check();
    const Chunk chunk = chunk_at(i, n, chunk_size);
    work(chunk.begin, chunk.end);
  });
}

}  // namespace gcrisk::base
