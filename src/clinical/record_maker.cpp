// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/record_maker.hpp"

#include <algorithm>
#include <span>
#include <tuple>

#include "gcrisk/base/error.hpp"

namespace gcrisk::clinical {

namespace {

Event as_event(const RawEvent& raw) { return {raw.time, raw.code, raw.value, raw.text, raw.unit}; }

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
                         bool skip_bad)
    : references_(references), files_(files), skip_bad_(skip_bad) {}

std::string_view RecordMaker::resolve(std::string_view reference,
                                      std::string_view otherwise) const {
  const auto at = references_.find(reference);
  return at == references_.end() ? otherwise : std::string_view(at->second);
}

void RecordMaker::drop_repeated(std::vector<RawEvent>& events, IngestReport& report) {
  const auto origin = [](const RawEvent& e) { return std::tuple(e.resource, e.file, e.line); };
  std::vector<std::tuple<std::uint64_t, std::uint32_t, std::uint64_t>> origins;
  origins.reserve(events.size());
  for (const RawEvent& event : events) {
    if (event.resource != 0) origins.push_back(origin(event));
  }
  std::sort(origins.begin(), origins.end());
  bool repeated = false;
  for (std::size_t i = 1; i < origins.size(); ++i) {
    repeated |=
        std::get<0>(origins[i]) == std::get<0>(origins[i - 1]) && origins[i] != origins[i - 1];
  }
  if (!repeated) return;

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
        return files_.at(r.front().file) + ":" + std::to_string(r.front().line);
      };
      const std::string message = place(reading) + ": the resource here has the type and ID of " +
                                  place(best) + " and says something else about '" +
                                  std::string(best.front().subject) + "'";
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

void RecordMaker::make(const PackedPerson& packed, Record& record, IngestReport& report) {
  record.clear();
  record.id = packed.id;
  raw_.clear();
  for (const std::size_t start : packed.starts) {
    RawEvent event = unpack_event(packed.bytes.data() + start);
    if (event.code_is_reference) {
      const std::string_view code = resolve(event.code, {});
      if (code.empty()) {
        report.remark("reference", "leads to nothing that was read; it stands as the code");
      } else {
        event.code = code;
      }
    }
    if (event.unit_is_reference) event.unit = resolve(event.unit, event.unit);
    if (event.text_is_reference) event.text = resolve(event.text, event.text);
    raw_.push_back(event);
  }
  drop_repeated(raw_, report);
  record.events.reserve(raw_.size());
  for (const RawEvent& raw : raw_) {
    Event event = as_event(raw);
    event.code = record.keep(event.code);
    event.text = record.keep(event.text);
    event.unit = record.keep(event.unit);
    record.events.push_back(event);
  }
  std::sort(record.events.begin(), record.events.end(), precedes);
}

}  // namespace gcrisk::clinical
