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
constexpr double kLongEnough = 0.5;  // seconds of a part that says something about the whole
constexpr double kTooShort = 0.005;  // seconds below which growth is noise
constexpr std::size_t kFewest = 3;   // parts, where there are so many units
// Exponents of growth: what ends by itself grows less than the people, kernels see each pair.
constexpr double kLeastGrowth = 0.5;
constexpr double kLargestGrowth = 2;

struct Part {
  std::size_t n = 0;
  double seconds = 0;
  std::uint64_t memory_bytes = 0;
};

// Exponent of the growth of time: the slope of a line through the logarithms. One where fewer than
// two parts took long enough.
double growth_of(const std::vector<Part>& parts) {
  double n = 0;
  double x = 0;
  double y = 0;
  double xx = 0;
  double xy = 0;
  for (const Part& part : parts) {
    if (part.seconds < kTooShort) continue;
    const double log_n = std::log(static_cast<double>(part.n));
    const double log_seconds = std::log(part.seconds);
    ++n;
    x += log_n;
    y += log_seconds;
    xx += log_n * log_n;
    xy += log_n * log_seconds;
  }
  const double spread = n * xx - x * x;
  if (n < 2 || spread <= 0) return 1;
  return std::clamp((n * xy - x * y) / spread, kLeastGrowth, kLargestGrowth);
}

// On a line through the first and the last part; what is needed anyway is not multiplied.
std::uint64_t memory_of(const std::vector<Part>& parts, std::size_t n_total) {
  const Part& first = parts.front();
  const Part& last = parts.back();
  const auto bytes = static_cast<double>(last.memory_bytes);
  if (first.n == last.n) return last.memory_bytes;
  const double each = std::max(0.0, bytes - static_cast<double>(first.memory_bytes)) /
                      static_cast<double>(last.n - first.n);
  return static_cast<std::uint64_t>(bytes + each * static_cast<double>(n_total - last.n));
}

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
  const auto trial_begin = Clock::now();
  std::vector<Part> parts;
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
    Part& part = parts.emplace_back();
    part.n = done;
    part.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    part.memory_bytes = std::max(part_peak_memory_bytes(), held) - held;
    if (n >= n_total || (part.seconds >= kLongEnough && parts.size() >= kFewest)) break;
  }
  if (parts.empty()) return {.memory_bytes = peak, .basis = "there was nothing to try"};
  const Part& last = parts.back();
  const double more = static_cast<double>(n_total) / static_cast<double>(last.n);
  Estimate out;
  out.seconds = last.seconds * std::pow(more, growth_of(parts));
  out.memory_bytes = std::max(peak, held + memory_of(parts, n_total));
  out.trial_seconds = std::chrono::duration<double>(Clock::now() - trial_begin).count();
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
