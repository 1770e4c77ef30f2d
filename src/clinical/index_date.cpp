// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/index_date.hpp"

#include <algorithm>
#include <limits>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::clinical {

IndexRule IndexRule::parse(std::string_view text) {
  IndexRule rule;
  rule.text_ = text;
  if (text == "last-event") {
    rule.kind_ = Kind::kLastEvent;
    return rule;
  }
  if (text.starts_with("first:")) {
    rule.kind_ = Kind::kFirstCode;
    for (const auto code : base::split(text.substr(6), '|')) {
      if (!base::trim(code).empty()) rule.codes_.emplace_back(base::trim(code));
    }
    if (!rule.codes_.empty()) return rule;
  } else if (const auto time = parse_time(text)) {
    rule.kind_ = Kind::kFixed;
    rule.fixed_ = *time;
    return rule;
  }
  throw base::UsageError("--index-date " + std::string(text) +
                         ": expected a file, first:CODE, last-event, or a date (YYYY-MM-DD)");
}

IndexRule IndexRule::of_people(std::unordered_map<std::string, Time> dates) {
  IndexRule rule;
  rule.kind_ = Kind::kPeople;
  rule.text_ = "a file";
  rule.dates_ = std::move(dates);
  return rule;
}

std::optional<Time> IndexRule::index_of(const Record& record) const {
  switch (kind_) {
    case Kind::kEnd: return Time{std::numeric_limits<std::int64_t>::max() / 2, Precision::kSecond};
    case Kind::kFixed: return fixed_;
    case Kind::kPeople: {
      const auto at = dates_.find(record.id);
      if (at == dates_.end()) return std::nullopt;
      return at->second;
    }
    case Kind::kLastEvent:
      if (record.events.empty() || !record.events.back().time.known()) return std::nullopt;
      return record.events.back().time;
    case Kind::kFirstCode:
      for (const Event& event : record.events) {
        if (!event.time.known()) continue;
        if (std::find(codes_.begin(), codes_.end(), event.code) != codes_.end()) return event.time;
      }
  }
  return std::nullopt;
}

void require_before(const std::string& person, const Event& event, const Time& index) {
  if (is_before(event.time, index)) return;
  throw base::MismatchError("a feature of '" + person + "' is dated at or after the index date: " +
                            std::string(event.code) + " of " +
                            (event.time.known() ? format_time(event.time) : "an unknown time") +
                            ", the index is " + format_time(index));
}

}  // namespace gcrisk::clinical
