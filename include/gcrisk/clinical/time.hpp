// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gcrisk::clinical {

// How exactly a record states a time. kNone: no time at all, for what holds for a whole life.
enum class Precision : std::uint8_t { kNone, kYear, kMonth, kDay, kSecond };

inline constexpr std::int64_t kSecondsPerDay = 86400;

// A point in time as exact as the record says: "2011-04" is any moment of that month. Both ends
// matter: a feature counts only when its latest moment is before the index, an outcome when its
// earliest moment is after it, so that no partial date can leak.
struct Time {
  std::int64_t seconds = 0;  // earliest moment, since 1970-01-01T00:00:00; 0 of kNone
  Precision precision = Precision::kNone;

  bool known() const noexcept { return precision != Precision::kNone; }
  std::int64_t earliest() const noexcept { return seconds; }
  std::int64_t latest() const noexcept;  // last second of the year, month or day
  friend bool operator==(const Time&, const Time&) = default;
};

// ISO 8601 as FHIR, OMOP and MEDS write it: "2011", "2011-04", "2011-04-14", with 'T' or a blank
// "2011-04-14T17:39:34.343-05:00". A time with an offset is moved to UTC; one without is taken as
// it stands; fractions of a second are dropped. Nothing if the text is no such time, or no day of
// the calendar (2011-02-30).
std::optional<Time> parse_time(std::string_view text);

// The same form back; a day stays a day. Empty for kNone.
std::string format_time(const Time& time);
void append_time(std::string& out, const Time& time);
// Writes it at `to`, where kTimeRoom bytes must be free; the end of the text.
inline constexpr std::size_t kTimeRoom = 24;
char* write_time(char* to, const Time& time);

// Days since 1970-01-01 of a day of the Gregorian calendar, and the year of a moment.
std::int64_t days_from_civil(int year, unsigned month, unsigned day);
int year_of(std::int64_t seconds);

}  // namespace gcrisk::clinical
