// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "feature_names.hpp"
#include "gcrisk/clinical/features.hpp"

namespace gcrisk::clinical {

bool is_bookkeeping(std::string_view code) {
  return code == kBirth || code == kDeath || code == kObservation || code.ends_with(kEndSuffix);
}

void CodeCensus::add(const Record& record, const Time& index) {
  ++people;
  bool born = false;
  for (const Event& event : record.events) {
    if (event.code == kBirth && event.time.known()) born = true;
    if (is_bookkeeping(event.code)) continue;
    if (!event.time.known()) {
      ++statics[std::string(static_kind(event.code))][std::string(static_value(event.code))];
      continue;
    }
    if (!is_before(event.time, index)) {
      ++at_or_after_index;
      continue;
    }
    auto at = codes.find(event.code);
    if (at == codes.end()) at = codes.emplace(std::string(event.code), Entry{}).first;
    Entry& entry = at->second;
    if (entry.last_person != people) ++entry.people;
    entry.last_person = people;
    ++entry.events;
    if (!std::isnan(event.value)) {
      ++entry.numbers;
      ++entry.units[std::string(event.unit)];
    } else if (!event.text.empty()) {
      ++entry.words;
      if (entry.levels.size() <= kMostLevels) ++entry.levels[std::string(event.text)];
    }
  }
  births += born ? 1 : 0;
}

}  // namespace gcrisk::clinical
