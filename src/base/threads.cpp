// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/threads.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace gcrisk::base {

namespace {
thread_local bool inside_task = false;
}

struct ThreadPool::State {
  std::vector<std::thread> workers;
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable finished;
  const std::function<void(std::size_t, std::size_t)>* task = nullptr;
  std::size_t n_tasks = 0;
  std::atomic<std::size_t> next = 0;
  std::size_t busy = 0;
  std::size_t generation = 0;
  std::exception_ptr failure;
  bool stopping = false;

  void work(std::size_t thread) {
    inside_task = true;
    for (std::size_t i = next.fetch_add(1); i < n_tasks; i = next.fetch_add(1)) {
      try {
        (*task)(i, thread);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = n_tasks;
      }
    }
    inside_task = false;
  }

  void serve(std::size_t thread) {
    std::size_t seen = 0;
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [&] { return stopping || generation != seen; });
      if (stopping) return;
      seen = generation;
      lock.unlock();
      work(thread);
      lock.lock();
      if (--busy == 0) finished.notify_one();
    }
  }
};

ThreadPool::ThreadPool(std::size_t n_threads) : state_(std::make_unique<State>()) {
  for (std::size_t thread = 1; thread < n_threads; ++thread) {
    state_->workers.emplace_back([this, thread] { state_->serve(thread); });
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  for (auto& worker : state_->workers) worker.join();
}

std::size_t ThreadPool::size() const noexcept { return state_->workers.size() + 1; }

void ThreadPool::run(std::size_t n_tasks,
                     const std::function<void(std::size_t, std::size_t)>& task) {
  if (n_tasks == 0) return;
  if (inside_task || n_tasks == 1 || state_->workers.empty()) {
    for (std::size_t i = 0; i < n_tasks; ++i) task(i, 0);
    return;
  }
  {
    const std::lock_guard lock(state_->mutex);
    state_->task = &task;
    state_->n_tasks = n_tasks;
    state_->next = 0;
    state_->failure = nullptr;
    state_->busy = state_->workers.size();
    ++state_->generation;
  }
  state_->wake.notify_all();
  state_->work(0);
  std::unique_lock lock(state_->mutex);
  state_->finished.wait(lock, [&] { return state_->busy == 0; });
  if (state_->failure) std::rethrow_exception(state_->failure);
}

}  // namespace gcrisk::base
