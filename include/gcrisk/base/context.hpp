// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "gcrisk/base/log.hpp"
#include "gcrisk/base/threads.hpp"

namespace gcrisk::base {

// Asked to stop? A signal handler sets the number of its signal; long loops look once a block.
class Cancellation {
 public:
  void request(int signal) noexcept { signal_.store(signal, std::memory_order_relaxed); }
  bool requested() const noexcept { return signal_.load(std::memory_order_relaxed) != 0; }
  int signal() const noexcept { return signal_.load(std::memory_order_relaxed); }
  // Throws TerminatedError or CheckpointedError if a stop was requested.
  void check() const;

 private:
  std::atomic<int> signal_ = 0;
};

enum class ProgressMode { kAuto, kOn, kOff };

// How far a long piece of work has come: a bar on a terminal, elsewhere at most one line a
// minute. Thread-safe; an update costs one atomic addition.
class Progress {
 public:
  Progress() : Progress(ProgressMode::kOff, nullptr) {}
  Progress(ProgressMode mode, Log* log);
  ~Progress();

  // Begins a piece of work; `total` is 0 where it is not known. `unit` is plural: "variants".
  void start(std::string what, std::uint64_t total, std::string unit);
  void advance(std::uint64_t done = 1);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Everything that a long-running function needs from outside. There are no globals.
struct Context {
  std::uint64_t seed = 1;
  std::size_t n_threads = 1;
  std::uint64_t memory_bytes = std::uint64_t{4} << 30;
  std::string device = "auto";
  bool strict = false;
  std::shared_ptr<Log> log;
  std::shared_ptr<ThreadPool> threads;
  std::shared_ptr<Progress> progress;
  std::shared_ptr<Cancellation> cancellation;

  // A silent context, for tests and for programs that embed the library.
  static Context make(std::size_t n_threads = 1, std::uint64_t seed = 1);

  // Cuts [0, n) into chunks of `chunk_size` and runs `work(begin, end)` on them in parallel.
  void for_chunks(std::size_t n,
                  std::size_t chunk_size,
                  const std::function<void(std::size_t begin, std::size_t end)>& work) const;
};

}  // namespace gcrisk::base
