// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "gcrisk/clinical/events.hpp"
#include "gcrisk/clinical/index_date.hpp"

// The events of a person before the index as a sequence of steps, for recurrent models.
namespace gcrisk::clinical {

struct SequenceOptions {
  std::int64_t bin_seconds = 0;  // 0: steps are visits
  std::size_t max_steps = 50;    // the latest are kept
};
// "visits", or the width of a bin: "30d", "6h". UsageError otherwise.
SequenceOptions parse_sequence(std::string_view text);

struct Step {
  Time begin;
  double gap_days = 0;        // from the beginning of the step before; NaN of the first
  std::vector<Event> events;  // dated and before the index; none: an empty bin
};

// Steps in the order of time.
//
// Visits: everything from a VISIT/… event to its end is one step, visits that overlap are one; what
// lies outside of visits is one step a day. An event whose time is coarser than a day is a step of
// its own, because nobody knows to which visit it belongs.
// Bins: stretches of equal length that end at the index, counted back to the first event; empty
// ones between are steps too, so that the distance in steps is a distance in time. An event belongs
// to the bin of its latest moment.
//
// Of more than max_steps the latest are kept; the first that is kept has a gap if there was one
// before it. `n_left_out` is added to.
void steps_of(const Record& record,
              const Time& index,
              const SequenceOptions& options,
              std::vector<Step>& steps,
              std::uint64_t& n_left_out);

}  // namespace gcrisk::clinical
