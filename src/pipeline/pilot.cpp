// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "pilot.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "peak_memory.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::size_t kFirst = 64;
constexpr double kLongEnough = 0.5;   // seconds of a part that says something about the whole
constexpr double kTooShort = 0.005;   // seconds below which growth is noise
constexpr double kLargestGrowth = 3;  // exponent; of dense linear algebra

struct Part {
  std::size_t n = 0;
  double seconds = 0;
  std::uint64_t memory_bytes = 0;
};

}  // namespace

base::Context silent(const base::Context& context) {
  base::Context out = context;
  out.log = std::make_shared<base::Log>("", base::LogLevel::kError);
  out.progress = std::make_shared<base::Progress>();
  return out;
}

Estimate pilot(std::size_t n_total,
               const std::string& units,
               const std::function<std::size_t(std::size_t n)>& work) {
  using Clock = std::chrono::steady_clock;
  Part before;
  Part last;
  const std::uint64_t peak = peak_memory_bytes();
  const std::uint64_t held = current_memory_bytes();
  for (std::size_t n = std::min(n_total, kFirst);; n = std::min(n_total, 2 * n)) {
    begin_part_peak();
    const auto begin = Clock::now();
    std::size_t done = 0;
    try {
      done = work(n);
    } catch (const base::DegenerateError&) {
      if (n == n_total) throw;
      continue;
    }
    if (done == 0) break;
    before = last;
    last.n = done;
    last.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    last.memory_bytes = std::max(part_peak_memory_bytes(), held) - held;
    if (n >= n_total || last.seconds >= kLongEnough) break;
  }
  if (last.n == 0) return {.memory_bytes = peak, .basis = "there was nothing to try"};
  const double more = static_cast<double>(n_total) / static_cast<double>(last.n);
  double growth = 1;
  if (before.seconds > kTooShort) {
    growth = std::log2(last.seconds / before.seconds) /
             std::log2(static_cast<double>(last.n) / static_cast<double>(before.n));
  }
  Estimate out;
  out.seconds = last.seconds * std::pow(more, std::clamp(growth, 1.0, kLargestGrowth));
  const double needed = static_cast<double>(last.memory_bytes) * more;
  out.memory_bytes = std::max(peak, held + static_cast<std::uint64_t>(needed));
  out.basis =
      "from " + base::format_count(last.n) + " of " + base::format_count(n_total) + " " + units;
  return out;
}

std::vector<std::uint32_t> spread_rows(std::size_t n_total, std::size_t n) {
  std::vector<std::uint32_t> rows(n);
  for (std::size_t i = 0; i < n; ++i) rows[i] = static_cast<std::uint32_t>(i * n_total / n);
  return rows;
}

}  // namespace gcrisk::pipeline
