// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gcrisk::recommend {

// A calendar date as records write it: "2025", "2025-05", "2025-05-20" or with a time behind it,
// of which the day is kept. A part that is not written counts as the middle (15th, July).
class Date {
 public:
  // Nothing where `text` is not a date of the Gregorian calendar between 1800 and 2199.
  static std::optional<Date> parse(std::string_view text);

  const std::string& text() const noexcept { return text_; }  // as written, without the time
  bool exact() const noexcept { return text_.size() == 10; }
  long day_number() const noexcept { return day_; }  // days since 1970-01-01
  int year() const noexcept { return year_; }

  // Could this date be later than `other`? "2025" is not later than "2025-06-01".
  bool after(const Date& other) const noexcept;

 private:
  std::string text_;
  int year_ = 0;
  int month_ = 0;
  int day_of_month_ = 0;
  long day_ = 0;
  friend int years_between(const Date& birth, const Date& at);
};

// Days from `earlier` to `later`, negative where they are the other way round.
long days_between(const Date& earlier, const Date& later);
// Completed years, as an age is counted.
int years_between(const Date& birth, const Date& at);

}  // namespace gcrisk::recommend
