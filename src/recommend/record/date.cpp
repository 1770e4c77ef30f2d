// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/recommend/date.hpp"

#include <chrono>

#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

namespace {

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t n) {
  if (text.size() < at + n) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + n; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

std::optional<Date> Date::parse(std::string_view text) {
  text = base::trim(text);
  if (const auto time = text.find_first_of("T "); time != std::string_view::npos) {
    text = text.substr(0, time);
  }
  if (text.size() != 4 && text.size() != 7 && text.size() != 10) return std::nullopt;
  Date date;
  date.text_ = text;
  const auto year = digits(text, 0, 4);
  if (!year || *year < 1800 || *year > 2199) return std::nullopt;
  date.year_ = *year;
  date.month_ = 7;
  date.day_of_month_ = 15;
  if (text.size() >= 7) {
    const auto month = digits(text, 5, 2);
    if (text[4] != '-' || !month) return std::nullopt;
    date.month_ = *month;
  }
  if (text.size() == 10) {
    const auto day = digits(text, 8, 2);
    if (text[7] != '-' || !day) return std::nullopt;
    date.day_of_month_ = *day;
  } else if (text.size() == 4) {
    date.day_of_month_ = 1;
  }
  const std::chrono::year_month_day ymd{
      std::chrono::year(date.year_),
      std::chrono::month(static_cast<unsigned>(date.month_)),
      std::chrono::day(static_cast<unsigned>(date.day_of_month_))};
  if (!ymd.ok()) return std::nullopt;
  date.day_ = std::chrono::sys_days(ymd).time_since_epoch().count();
  return date;
}

bool Date::after(const Date& other) const noexcept {
  // Compared to the precision of the coarser one.
  const std::size_t n = std::min(text_.size(), other.text_.size());
  return text_.compare(0, n, other.text_, 0, n) > 0;
}

long days_between(const Date& earlier, const Date& later) {
  return later.day_number() - earlier.day_number();
}

int years_between(const Date& birth, const Date& at) {
  int years = at.year_ - birth.year_;
  if (at.month_ < birth.month_ ||
      (at.month_ == birth.month_ && at.day_of_month_ < birth.day_of_month_)) {
    --years;
  }
  return years;
}

}  // namespace gcrisk::recommend
