// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <mutex>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::base {

using Clock = std::chrono::steady_clock;

struct Progress::State {
  bool enabled = false;
  bool terminal = false;
  Log* log = nullptr;
  std::mutex mutex;
  std::string what;
  std::string unit;
  std::uint64_t total = 0;
  std::atomic<std::uint64_t> done = 0;
  std::atomic<std::int64_t> next_ns = 0;  // no drawing before this point of the steady clock
  Clock::time_point begun;
  bool drawn = false;

  static std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
        .count();
  }

  std::string line() const {
    const std::uint64_t count = done.load();
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    std::string text = what + ": " + format_count(count);
    if (total > 0) {
      const double share = std::min(1.0, static_cast<double>(count) / static_cast<double>(total));
      text +=
          " of " + format_count(total) + " " + unit + " (" + format_number(100.0 * share, 3) + " %";
      if (share > 0 && share < 1) {
        text += ", " +
                format_count(static_cast<std::uint64_t>(seconds * (1 - share) / share + 0.5)) +
                " s left";
      }
      return text + ")";
    }
    return text + " " + unit;
  }

  void draw() {
    if (terminal) {
      std::fprintf(stderr, "\r\033[K%s", line().c_str());
      std::fflush(stderr);
      drawn = true;
    } else if (log != nullptr) {
      log->info(line());
    }
  }
};

Progress::Progress(ProgressMode mode, Log* log) : state_(std::make_unique<State>()) {
  state_->terminal = isatty(STDERR_FILENO) == 1;
  state_->enabled = mode == ProgressMode::kOn || (mode == ProgressMode::kAuto && log != nullptr);
  state_->log = log;
}

Progress::~Progress() = default;

void Progress::start(std::string what, std::uint64_t total, std::string unit) {
  if (!state_->enabled) return;
  const std::lock_guard lock(state_->mutex);
  state_->what = std::move(what);
  state_->unit = std::move(unit);
  state_->total = total;
  state_->done = 0;
  state_->begun = Clock::now();
  state_->drawn = false;
  state_->next_ns = State::now_ns() + (state_->terminal ? 200'000'000 : 60'000'000'000);
}

void Progress::advance(std::uint64_t done) {
  if (!state_->enabled) return;
  state_->done += done;
  const std::int64_t now = State::now_ns();
  std::int64_t due = state_->next_ns.load(std::memory_order_relaxed);
  if (now < due) return;
  const std::int64_t pause = state_->terminal ? 100'000'000 : 60'000'000'000;
  if (!state_->next_ns.compare_exchange_strong(due, now + pause)) return;
  const std::lock_guard lock(state_->mutex);
  state_->draw();
}

void Progress::finish() {
  if (!state_->enabled) return;
  const std::lock_guard lock(state_->mutex);
  if (state_->drawn) {
    std::fprintf(stderr, "\r\033[K");
    std::fflush(stderr);
  }
}

}  // namespace gcrisk::base
