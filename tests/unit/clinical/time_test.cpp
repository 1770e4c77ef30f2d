// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/time.hpp"

#include <gtest/gtest.h>

namespace gcrisk::clinical {
namespace {

constexpr std::int64_t kDay2011 = 15078;  // 2011-04-14 is 15,078 days after 1970-01-01

TEST(Time, ReadsWhatFhirOmopAndMedsWrite) {
  EXPECT_EQ(days_from_civil(2011, 4, 14), kDay2011);
  const auto day = parse_time("2011-04-14");
  ASSERT_TRUE(day);
  EXPECT_EQ(day->seconds, kDay2011 * 86400);
  EXPECT_EQ(day->precision, Precision::kDay);
  // 17:39:34 five hours west of Greenwich is 22:39:34 there.
  EXPECT_EQ(parse_time("2011-04-14T17:39:34.343-05:00")->seconds,
            kDay2011 * 86400 + 22 * 3600 + 39 * 60 + 34);
  EXPECT_EQ(parse_time("2011-04-14 17:39:34")->seconds,
            kDay2011 * 86400 + 17 * 3600 + 39 * 60 + 34);
  EXPECT_EQ(parse_time("2011-04-14T24:00:00Z")->seconds, (kDay2011 + 1) * 86400);
}

TEST(Time, APartialDateHasTwoEnds) {
  const auto year = parse_time("2012");
  EXPECT_EQ(format_time(*year), "2012");
  EXPECT_EQ(year->latest() - year->earliest(), 366 * 86400 - 1);  // a leap year
  const auto month = parse_time("2011-12");
  EXPECT_EQ(format_time(*month), "2011-12");
  EXPECT_EQ(month->latest() - month->earliest(), 31 * 86400 - 1);
  const auto day = parse_time("1969-12-31");
  EXPECT_EQ(day->earliest(), -86400);
  EXPECT_EQ(day->latest(), -1);
}

TEST(Time, RefusesWhatIsNoDayOfTheCalendar) {
  for (const char* text : {"2011-02-30",
                           "2011-13-01",
                           "2011-00-10",
                           "11-01-01",
                           "2011-1-1",
                           "",
                           "2011-04-14T25:00:00",
                           "2011-04-14T10:61",
                           "2011-04-14x",
                           "0000-01-01",
                           "2011-04-14T10:00:00+99:00",
                           "20110414"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(Time, IsWrittenAsItWasRead) {
  for (const char* text : {"1850", "1999-02", "2000-02-29", "1969-07-20T20:17:40"}) {
    EXPECT_EQ(format_time(*parse_time(text)), text);
  }
  EXPECT_EQ(format_time({}), "");
}

}  // namespace
}  // namespace gcrisk::clinical
