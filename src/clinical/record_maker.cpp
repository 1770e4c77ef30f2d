// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/record_maker.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <tuple>

#include "fetch_ahead.hpp"
#include "gcrisk/base/error.hpp"

namespace gcrisk::clinical {

namespace {

constexpr std::uint64_t kNamedPlaces = 5;

Event as_event(const RawEvent& raw) {
  // A text may be a code here and a reference there.
  const std::uint32_t number = 2 * raw.code_number + (raw.code_is_reference ? 1 : 0);
  return {raw.time, raw.code, raw.value, raw.text, raw.unit, number};
}

bool raw_precedes(const RawEvent& a, const RawEvent& b) {
  return precedes(as_event(a), as_event(b));
}

// What one reading of a resource says, in the order of its events.
using Reading = std::span<const RawEvent>;

bool says_less(const Reading& a, const Reading& b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), raw_precedes);
}

}  // namespace

RecordMaker::RecordMaker(const TextMap& references,
                         const std::vector<std::string>& files,
                         bool skip_bad,
                         PlaceOf place_of)
    : references_(references), files_(files), skip_bad_(skip_bad), place_of_(std::move(place_of)) {}

std::string_view RecordMaker::resolve(std::string_view reference,
                                      std::string_view otherwise) const {
  const auto at = references_.find(reference);
  return at == references_.end() ? otherwise : std::string_view(at->second);
}

// The code itself, or what it refers to. Each reference is looked up once a run.
std::string_view RecordMaker::code_of(const RawEvent& event) {
  if (!event.code_is_reference) return event.code;
  if (resolved_.size() <= event.code_number) resolved_.resize(texts_->size());
  std::string_view& known = resolved_[event.code_number];
  if (known.data() == nullptr) known = resolve(event.code, event.code);
  if (known.data() == event.code.data()) ++n_unresolved_;
  return known;
}

// Does a resource come from two places? A table of resources as large as the record, open
// addressing, slots hold the number of an event and 1.
bool RecordMaker::has_repeated(const std::vector<RawEvent>& events) {
  std::size_t n = 16;
  while (n < 2 * events.size()) n *= 2;
  slots_.assign(n, 0);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const RawEvent& event = events[i];
    if (event.resource == 0) continue;
    std::size_t at = event.resource & (n - 1);
    while (slots_[at] != 0 && events[slots_[at] - 1].resource != event.resource) {
      at = (at + 1) & (n - 1);
    }
    if (slots_[at] == 0) {
      slots_[at] = static_cast<std::uint32_t>(i + 1);
      continue;
    }
    const RawEvent& met = events[slots_[at] - 1];
    if (met.file != event.file || met.line != event.line) return true;
  }
  return false;
}

void RecordMaker::drop_repeated(std::vector<RawEvent>& events, IngestReport& report) {
  if (!has_repeated(events)) return;
  const auto origin = [](const RawEvent& e) { return std::tuple(e.resource, e.file, e.line); };

  std::sort(events.begin(), events.end(), [&](const RawEvent& a, const RawEvent& b) {
    if (origin(a) != origin(b)) return origin(a) < origin(b);
    return raw_precedes(a, b);
  });
  std::vector<RawEvent> kept;
  for (std::size_t begin = 0; begin < events.size();) {
    std::vector<Reading> readings;
    std::size_t end = begin;
    while (end < events.size() && events[end].resource == events[begin].resource) {
      std::size_t stop = end;
      while (stop < events.size() && origin(events[stop]) == origin(events[end])) ++stop;
      readings.emplace_back(events.data() + end, stop - end);
      end = stop;
    }
    if (events[begin].resource == 0) {
      kept.insert(kept.end(),
                  events.begin() + static_cast<std::ptrdiff_t>(begin),
                  events.begin() + static_cast<std::ptrdiff_t>(end));
      begin = end;
      continue;
    }
    // The choice does not depend on which file was read first.
    const Reading best = *std::min_element(readings.begin(), readings.end(), says_less);
    for (const Reading& reading : readings) {
      if (reading.data() == best.data()) continue;
      if (!says_less(best, reading)) {
        report.drop("resource", "read before with the same content");
        continue;
      }
      const auto place = [&](const Reading& r) {
        const std::string& file = files_.at(r.front().file);
        // A name costs a look into the file: as many as are told.
        const bool named = place_of_ && (!skip_bad_ || report.bad_records < kNamedPlaces);
        return named ? place_of_(file, r.front().line)
                     : file + ":" + std::to_string(r.front().line);
      };
      const std::string message = place(reading) + ": says something else about '" +
                                  std::string(best.front().subject) +
                                  "' than the resource of the same type and ID at " + place(best);
      if (!skip_bad_) {
        throw base::MalformedError(message + ", expected one resource an ID",
                                   "remove the outdated one, or keep the first in the order of "
                                   "content: --on-bad-record skip");
      }
      report.bad(message);
    }
    kept.insert(kept.end(), best.begin(), best.end());
    begin = end;
  }
  events = std::move(kept);
}

// Code and text as they will be written.
void RecordMaker::resolve_references(RawEvent& event) {
  event.code = code_of(event);
  if (event.text_is_reference) event.text = resolve(event.text, event.text);
}

// All events in any order; what was read twice is left out.
void RecordMaker::collect(const PackedPerson& packed, IngestReport& report) {
  events_.clear();
  n_unresolved_ = 0;
  bool any_resource = false;
  const auto& from = packed.events;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (i + kFetchAhead < from.size()) fetch_event(from[i + kFetchAhead]);
    RawEvent event = unpack_event(from[i], *texts_);
    any_resource = event.resource != 0;
    if (any_resource) break;
    resolve_references(event);
    events_.push_back(as_event(event));
  }
  if (!any_resource) return;
  events_.clear();
  n_unresolved_ = 0;
  raw_.clear();
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (i + kFetchAhead < from.size()) fetch_event(from[i + kFetchAhead]);
    resolve_references(raw_.emplace_back(unpack_event(from[i], *texts_)));
  }
  drop_repeated(raw_, report);
  for (const RawEvent& event : raw_) events_.push_back(as_event(event));
}

void RecordMaker::make(const PackedPerson& packed, Record& record, IngestReport& report) {
  if (texts_ != packed.texts) {
    texts_ = packed.texts;
    resolved_.clear();
  }
  record.clear();
  record.id = packed.id;
  collect(packed, report);
  if (n_unresolved_ > 0) {
    report.remarks[{"reference", "leads to nothing that was read; it stands as the code"}] +=
        n_unresolved_;
  }
  // By time first, which is a number; the rest is looked at only where it is the same.
  keys_.clear();
  for (std::uint32_t i = 0; i < events_.size(); ++i) {
    const Time& time = events_[i].time;
    keys_.push_back({time.known() ? time.seconds : std::numeric_limits<std::int64_t>::min(), i});
  }
  std::sort(keys_.begin(), keys_.end(), [&](const Key& a, const Key& b) {
    return a.time != b.time ? a.time < b.time : precedes(events_[a.event], events_[b.event]);
  });
  record.events.reserve(events_.size());
  for (const Key& key : keys_) record.events.push_back(events_[key.event]);
}

}  // namespace gcrisk::clinical
