// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "feature_names.hpp"
#include "gcrisk/clinical/features.hpp"

namespace gcrisk::clinical {

bool is_bookkeeping(std::string_view code) {
  return code == kBirth || code == kDeath || code == kObservation || code.ends_with(kEndSuffix);
}

CodeCensus::Entry& CodeCensus::entry_of(const Event& event) {
  const std::uint32_t number = event.code_number;
  if (number < by_number_.size() && by_number_[number] != nullptr) return *by_number_[number];
  auto at = codes.find(event.code);
  if (at == codes.end()) at = codes.emplace(std::string(event.code), Entry{}).first;
  if (number != Event::kNoNumber) {
    if (by_number_.size() <= number) by_number_.resize(number + number / 2 + 1, nullptr);
    by_number_[number] = &at->second;
  }
  return at->second;
}

void CodeCensus::add(const Record& record, const Time& index) {
  ++people;
  bool born = false;
  for (const Event& event : record.events) {
    // A code that was counted before is none of those that are not.
    const std::uint32_t number = event.code_number;
    const bool was_counted = number < by_number_.size() && by_number_[number] != nullptr;
    if (!was_counted) {
      if (event.code == kBirth && event.time.known()) born = true;
      if (is_bookkeeping(event.code)) continue;
    }
    if (!event.time.known()) {
      ++statics[std::string(static_kind(event.code))][std::string(static_value(event.code))];
      continue;
    }
    if (!is_before(event.time, index)) {
      ++at_or_after_index;
      continue;
    }
    Entry& entry = entry_of(event);
    if (entry.last_person != people) ++entry.people;
    entry.last_person = people;
    ++entry.events;
    if (!std::isnan(event.value)) {
      ++entry.numbers;
      if (entry.last_unit_count == nullptr || entry.last_unit != event.unit) {
        const auto unit = entry.units.try_emplace(std::string(event.unit), 0).first;
        entry.last_unit = unit->first;
        entry.last_unit_count = &unit->second;
      }
      ++*entry.last_unit_count;
    } else if (!event.text.empty()) {
      ++entry.words;
      if (entry.levels.size() <= kMostLevels) ++entry.levels[std::string(event.text)];
    }
  }
  births += born ? 1 : 0;
}

}  // namespace gcrisk::clinical
