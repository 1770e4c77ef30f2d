// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gcrisk/clinical/events.hpp"

namespace gcrisk::clinical {

// The moment at which a prediction is made: everything before it may be a feature, nothing at it or
// after it may.
class IndexRule {
 public:
  // After the last event: features over the whole record.
  IndexRule() = default;
  // "first:CODE" (or "first:CODE|CODE": whichever comes first), "last-event", or a date.
  // UsageError otherwise.
  static IndexRule parse(std::string_view text);
  // One date a person.
  static IndexRule of_people(std::unordered_map<std::string, Time> dates);

  // Nothing where the person has none. A date counts from its first moment.
  std::optional<Time> index_of(const Record& record) const;
  bool is_end_of_record() const noexcept { return kind_ == Kind::kEnd; }
  const std::string& text() const noexcept { return text_; }

 private:
  enum class Kind { kEnd, kFirstCode, kLastEvent, kFixed, kPeople };
  Kind kind_ = Kind::kEnd;
  std::string text_ = "the end of the record";
  std::vector<std::string> codes_;
  Time fixed_;
  std::unordered_map<std::string, Time> dates_;
};

// Is the whole of `time` before the first moment of `index`? A day is not before a moment within
// it, because nobody knows which came first.
inline bool is_before(const Time& time, const Time& index) {
  return time.known() && time.latest() < index.earliest();
}

// The guard of every feature: MismatchError naming person, code and both times unless the event is
// before the index.
void require_before(const std::string& person, const Event& event, const Time& index);

}  // namespace gcrisk::clinical
