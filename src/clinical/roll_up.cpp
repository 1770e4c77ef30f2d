// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/roll_up.hpp"

#include <algorithm>

#include "gcrisk/base/error.hpp"

namespace gcrisk::clinical {

void RollUp::add(std::string_view code, std::string_view group, const std::string& place) {
  const bool beginning = code.ends_with('*');
  if (beginning) code.remove_suffix(1);
  if (code.empty() || group.empty()) {
    throw base::MalformedError(place + ": expected a code (or its beginning and '*') and a group");
  }
  const auto put = [&](auto& rules) {
    const auto [at, is_new] = rules.emplace(std::string(code), std::string(group));
    if (!is_new && at->second != group) {
      throw base::MismatchError(place + ": '" + std::string(code) + "' belongs to '" + at->second +
                                "' and to '" + std::string(group) + "', expected one group");
    }
  };
  if (beginning) {
    put(beginnings_);
  } else {
    put(exact_);
  }
}

std::string_view RollUp::group_of(std::string_view code) const {
  if (const auto at = exact_.find(code); at != exact_.end()) return at->second;
  // Beginnings of `code` come before it in order; the longest of them is met first.
  auto at = beginnings_.upper_bound(code);
  while (at != beginnings_.begin()) {
    --at;
    if (code.starts_with(at->first)) return at->second;
    // No beginning of `code` lies between its common part with this one and here.
    std::size_t common = 0;
    while (common < code.size() && common < at->first.size() && code[common] == at->first[common]) {
      ++common;
    }
    if (common == 0) break;
    at = beginnings_.upper_bound(code.substr(0, common));
  }
  return code;
}

void RollUp::apply(Record& record) const {
  if (empty()) return;
  for (Event& event : record.events) {
    const bool end = event.code.ends_with(kEndSuffix);
    const std::string_view plain =
        end ? event.code.substr(0, event.code.size() - kEndSuffix.size()) : event.code;
    const std::string_view group = group_of(plain);
    if (group == plain) continue;
    event.code =
        end ? record.keep(std::string(group) + std::string(kEndSuffix)) : record.keep(group);
    event.code_number = Event::kNoNumber;
  }
  std::sort(record.events.begin(), record.events.end(), precedes);
}

}  // namespace gcrisk::clinical
