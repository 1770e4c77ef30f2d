// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/sequences.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "gcrisk/base/error.hpp"
#include "gcrisk/clinical/features.hpp"

namespace gcrisk::clinical {

namespace {

constexpr std::string_view kVisit = "VISIT/";

struct Visit {
  std::int64_t begin;
  std::int64_t end;  // last second
};

bool is_visit_end(std::string_view code) {
  return code.starts_with(kVisit) && code.ends_with(kEndSuffix);
}

// From the beginning of a visit to the first end of its kind; without one it lasts its own time.
// Only ends before the index are known at it: a visit that goes on then lasts up to the index.
std::vector<Visit> visits_of(const Record& record, const Time& index) {
  std::vector<Visit> out;
  for (std::size_t i = 0; i < record.events.size(); ++i) {
    const Event& event = record.events[i];
    if (!event.code.starts_with(kVisit) || is_visit_end(event.code)) continue;
    if (!is_before(event.time, index) || event.time.precision < Precision::kDay) continue;
    Visit visit{event.time.earliest(), event.time.latest()};
    for (std::size_t k = i + 1; k < record.events.size(); ++k) {
      const Event& later = record.events[k];
      const bool is_end = is_visit_end(later.code) &&
                          later.code.substr(0, later.code.size() - kEndSuffix.size()) == event.code;
      if (!is_end) continue;
      visit.end = std::max(visit.end, std::min(later.time.latest(), index.earliest() - 1));
      break;
    }
    // They come in the order of their beginnings; those that overlap become one.
    if (!out.empty() && visit.begin <= out.back().end) {
      out.back().end = std::max(out.back().end, visit.end);
    } else {
      out.push_back(visit);
    }
  }
  return out;
}

bool is_in_sequence(const Event& event, const Time& index) {
  return event.time.known() && !is_bookkeeping(event.code) && is_before(event.time, index);
}

std::int64_t day_of(std::int64_t seconds) {
  return seconds / kSecondsPerDay - (seconds % kSecondsPerDay < 0 ? 1 : 0);
}

void by_visit(const Record& record, const Time& index, std::vector<Step>& steps) {
  const std::vector<Visit> visits = visits_of(record, index);
  // A step is known by its first moment, and whether that is the beginning of a visit.
  struct Key {
    std::int64_t begin;
    int kind;  // 0: a coarse time, 1: a visit, 2: a day
    auto operator<=>(const Key&) const = default;
  };
  std::vector<std::pair<Key, const Event*>> placed;
  for (const Event& event : record.events) {
    if (!is_in_sequence(event, index)) continue;
    const std::int64_t at = event.time.earliest();
    Key key{day_of(at) * kSecondsPerDay, 2};
    if (event.time.precision < Precision::kDay) {
      key = {at, 0};
    } else {
      const auto after =
          std::upper_bound(visits.begin(),
                           visits.end(),
                           event.time.latest(),
                           [](std::int64_t moment, const Visit& v) { return moment < v.begin; });
      if (after != visits.begin() && at <= std::prev(after)->end) {
        key = {std::prev(after)->begin, 1};
      }
    }
    placed.emplace_back(key, &event);
  }
  std::stable_sort(
      placed.begin(), placed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const Key* last = nullptr;
  for (const auto& [key, event] : placed) {
    if (last == nullptr || *last != key) {
      const Time begin = key.kind == 0   ? event->time
                         : key.kind == 1 ? Time{key.begin, Precision::kSecond}
                                         : Time{key.begin, Precision::kDay};
      steps.push_back({begin, 0, {}});
    }
    last = &key;
    steps.back().events.push_back(*event);
  }
}

void by_bin(const Record& record,
            const Time& index,
            const SequenceOptions& options,
            std::vector<Step>& steps,
            std::uint64_t& n_left_out) {
  // Bin 0 ends right before the index.
  const auto bin_of = [&](const Event& event) {
    return (index.earliest() - 1 - event.time.latest()) / options.bin_seconds;
  };
  std::int64_t most = -1;
  for (const Event& event : record.events) {
    if (is_in_sequence(event, index)) most = std::max(most, bin_of(event));
  }
  const std::int64_t n =
      std::min<std::int64_t>(most + 1, static_cast<std::int64_t>(options.max_steps));
  n_left_out += static_cast<std::uint64_t>(most + 1 - n);
  for (std::int64_t bin = n - 1; bin >= 0; --bin) {
    steps.push_back(
        {{index.earliest() - (bin + 1) * options.bin_seconds, Precision::kSecond}, 0, {}});
  }
  for (const Event& event : record.events) {
    if (!is_in_sequence(event, index)) continue;
    const std::int64_t bin = bin_of(event);
    if (bin < n) steps[static_cast<std::size_t>(n - 1 - bin)].events.push_back(event);
  }
}

}  // namespace

SequenceOptions parse_sequence(std::string_view text) {
  SequenceOptions options;
  if (text == "visits") return options;
  try {
    options.bin_seconds = parse_window(text).seconds;
  } catch (const base::UsageError&) {
    options.bin_seconds = 0;
  }
  if (options.bin_seconds == 0) {
    throw base::UsageError("--sequence " + std::string(text) +
                           ": expected visits, or the length of a bin in days or hours such as "
                           "30d, 6h");
  }
  return options;
}

void steps_of(const Record& record,
              const Time& index,
              const SequenceOptions& options,
              std::vector<Step>& steps,
              std::uint64_t& n_left_out) {
  steps.clear();
  const std::uint64_t left_out_before = n_left_out;
  if (options.bin_seconds > 0) {
    by_bin(record, index, options, steps, n_left_out);
  } else {
    by_visit(record, index, steps);
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    steps[i].gap_days =
        i == 0 ? std::numeric_limits<double>::quiet_NaN()
               : static_cast<double>(steps[i].begin.earliest() - steps[i - 1].begin.earliest()) /
                     kSecondsPerDay;
  }
  // Bins before the first that is kept were never made.
  if (options.bin_seconds > 0 && n_left_out > left_out_before) {
    steps.front().gap_days = static_cast<double>(options.bin_seconds) / kSecondsPerDay;
  }
  if (steps.size() > options.max_steps) {
    const std::size_t n = steps.size() - options.max_steps;
    n_left_out += n;
    steps.erase(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(n));
  }
}

}  // namespace gcrisk::clinical
