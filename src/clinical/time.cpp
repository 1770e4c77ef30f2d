// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/time.hpp"

#include <chrono>

namespace gcrisk::clinical {

namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

year_month_day civil(std::int64_t seconds) {
  return year_month_day(sys_days(days(floor_div(seconds, kSecondsPerDay))));
}

// Reads a number of exactly `n` digits and moves on; -1 where there are others.
int digits(std::string_view& text, std::size_t n) {
  if (text.size() < n) return -1;
  int value = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const int digit = text[i] - '0';
    if (digit < 0 || digit > 9) return -1;
    value = 10 * value + digit;
  }
  text.remove_prefix(n);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// "Z", "+05:30", "-0500": seconds east of UTC.
std::optional<int> offset(std::string_view& text) {
  if (text.empty() || take(text, 'Z')) return 0;
  const bool east = take(text, '+');
  if (!east && !take(text, '-')) return std::nullopt;
  const int hours = digits(text, 2);
  take(text, ':');
  const int minutes = digits(text, 2);
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return std::nullopt;
  const int seconds = hours * 3600 + minutes * 60;
  return east ? seconds : -seconds;
}

// The part behind the date: seconds of the day, moved to UTC.
std::optional<std::int64_t> clock(std::string_view& text) {
  const int hours = digits(text, 2);
  if (hours < 0 || hours > 24 || !take(text, ':')) return std::nullopt;
  const int minutes = digits(text, 2);
  if (minutes < 0 || minutes > 59) return std::nullopt;
  int seconds = 0;
  if (take(text, ':')) {
    seconds = digits(text, 2);
    if (seconds < 0 || seconds > 60) return std::nullopt;  // 60: a leap second
    if (take(text, '.')) {
      if (digits(text, 1) < 0) return std::nullopt;
      while (digits(text, 1) >= 0) {
      }
    }
  }
  if (hours == 24 && (minutes > 0 || seconds > 0)) return std::nullopt;
  const auto east = offset(text);
  if (!east) return std::nullopt;
  return std::int64_t{hours} * 3600 + minutes * 60 + seconds - *east;
}

}  // namespace

std::int64_t days_from_civil(int y, unsigned m, unsigned d) {
  return sys_days(year_month_day{year(y), month(m), day(d)}).time_since_epoch().count();
}

int year_of(std::int64_t seconds) { return static_cast<int>(civil(seconds).year()); }

std::int64_t Time::latest() const noexcept {
  switch (precision) {
    case Precision::kDay: return seconds + kSecondsPerDay - 1;
    case Precision::kMonth: {
      const auto date = civil(seconds);
      const auto next = year_month_day{date.year(), date.month(), day(1)} + std::chrono::months(1);
      return sys_days(next).time_since_epoch().count() * kSecondsPerDay - 1;
    }
    case Precision::kYear: return days_from_civil(year_of(seconds) + 1, 1, 1) * kSecondsPerDay - 1;
    default: return seconds;
  }
}

namespace {

// Digits at fixed places, nothing else looked at; negative where one is none.
int fixed_digits(const char* at, int n) {
  int value = 0;
  int bad = 0;
  for (int i = 0; i < n; ++i) {
    const int digit = at[i] - '0';
    bad |= digit | (9 - digit);  // negative if either is
    value = 10 * value + digit;
  }
  return bad < 0 ? -1 : value;
}

// The frequent forms, YYYY-MM-DD alone or with hh:mm:ss and then nothing, Z or +00:00; the long
// way decides about everything else, and about what is no date.
bool parse_quickly(std::string_view text, Time& time) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return false;
  const int y = fixed_digits(text.data(), 4);
  const int m = fixed_digits(text.data() + 5, 2);
  const int d = fixed_digits(text.data() + 8, 2);
  if (y < 1 || m < 1 || m > 12 || d < 1 || d > 28) return false;
  const std::int64_t midnight =
      days_from_civil(y, static_cast<unsigned>(m), static_cast<unsigned>(d)) * kSecondsPerDay;
  if (text.size() == 10) {
    time = {midnight, Precision::kDay};
    return true;
  }
  if (text.size() < 19 || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' ||
      text[16] != ':') {
    return false;
  }
  const std::string_view rest = text.substr(19);
  if (!rest.empty() && rest != "Z" && rest != "+00:00") return false;
  const int hours = fixed_digits(text.data() + 11, 2);
  const int minutes = fixed_digits(text.data() + 14, 2);
  const int seconds = fixed_digits(text.data() + 17, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) {
    return false;
  }
  time = {midnight + hours * 3600 + minutes * 60 + seconds, Precision::kSecond};
  return true;
}

std::optional<Time> parse_slowly(std::string_view text) {
  const int y = digits(text, 4);
  if (y < 1) return std::nullopt;
  if (text.empty()) return Time{days_from_civil(y, 1, 1) * kSecondsPerDay, Precision::kYear};
  if (!take(text, '-')) return std::nullopt;
  const int m = digits(text, 2);
  if (m < 1 || m > 12) return std::nullopt;
  if (text.empty()) {
    return Time{days_from_civil(y, static_cast<unsigned>(m), 1) * kSecondsPerDay,
                Precision::kMonth};
  }
  if (!take(text, '-')) return std::nullopt;
  const int d = digits(text, 2);
  const year_month_day date{
      year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d < 0 ? 0 : d))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t midnight = sys_days(date).time_since_epoch().count() * kSecondsPerDay;
  if (text.empty()) return Time{midnight, Precision::kDay};
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto seconds = clock(text);
  if (!seconds || !text.empty()) return std::nullopt;
  return Time{midnight + *seconds, Precision::kSecond};
}

}  // namespace

std::optional<Time> parse_time(std::string_view text) {
  Time time;
  if (parse_quickly(text, time)) return time;
  return parse_slowly(text);
}

char* write_time(char* to, const Time& time) {
  if (!time.known()) return to;
  const auto date = civil(time.seconds);
  const auto two = [&](char before, unsigned value) {
    to[0] = before;
    to[1] = static_cast<char>('0' + value / 10 % 10);
    to[2] = static_cast<char>('0' + value % 10);
    to += 3;
  };
  const auto y = static_cast<unsigned>(static_cast<int>(date.year()));
  to[0] = static_cast<char>('0' + y / 1000 % 10);
  to[1] = static_cast<char>('0' + y / 100 % 10);
  to[2] = static_cast<char>('0' + y / 10 % 10);
  to[3] = static_cast<char>('0' + y % 10);
  to += 4;
  if (time.precision == Precision::kYear) return to;
  two('-', static_cast<unsigned>(date.month()));
  if (time.precision == Precision::kMonth) return to;
  two('-', static_cast<unsigned>(date.day()));
  if (time.precision == Precision::kDay) return to;
  const auto clock = static_cast<unsigned>(time.seconds - floor_div(time.seconds, kSecondsPerDay) *
                                                              kSecondsPerDay);
  two('T', clock / 3600);
  two(':', clock / 60 % 60);
  two(':', clock % 60);
  return to;
}

void append_time(std::string& out, const Time& time) {
  char text[kTimeRoom];
  out.append(text, write_time(text, time));
}

std::string format_time(const Time& time) {
  std::string out;
  append_time(out, time);
  return out;
}

}  // namespace gcrisk::clinical
