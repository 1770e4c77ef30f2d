// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "gcrisk/recommend/date.hpp"
#include "gcrisk/recommend/formulas.hpp"

namespace gcrisk::recommend {

TEST(Date, ReadsPartialDatesAndRefusesOthers) {
  EXPECT_EQ(Date::parse("2025-05-20T10:00:00Z")->text(), "2025-05-20");
  EXPECT_TRUE(Date::parse("2025-05-20")->exact());
  EXPECT_FALSE(Date::parse("2025")->exact());
  for (const char* text : {"", "05/20/2025", "2025-13", "2025-02-30", "1066-10-14", "20250520"}) {
    EXPECT_FALSE(Date::parse(text)) << text;
  }
}

TEST(Date, CountsDaysAndCompletedYears) {
  const Date index = *Date::parse("2025-06-01");
  EXPECT_EQ(days_between(*Date::parse("2025-05-02"), index), 30);  // 29 in May, 1 in June
  EXPECT_EQ(years_between(*Date::parse("1960-03-15"), index), 65);
  EXPECT_EQ(years_between(*Date::parse("1960-06-02"), index), 64);  // the day before the birthday
  EXPECT_TRUE(Date::parse("2025-07")->after(index));
  EXPECT_FALSE(Date::parse("2025")->after(index));  // may be before
}

// Worked values of the sources; the last digit by hand: 142 * 1 * 1 * 0.9938^60 * 1.012 = 98.948.
TEST(Formulas, AgreeWithTheWorkedValues) {
  EXPECT_NEAR(ckd_epi_2021(0.7, 60, true), 98.948, 0.001);
  EXPECT_NEAR(ckd_epi_2021(2.0, 70, false), 35.243, 0.001);
  EXPECT_NEAR(cockcroft_gault(1.2, 74, 60, true), 38.958, 0.001);
  EXPECT_NEAR(cockcroft_gault(1.0, 45, 90, false), 118.75, 0.001);
  EXPECT_NEAR(body_surface_area(170, 80), 1.9437, 0.0001);  // sqrt(3.7778)
}

}  // namespace gcrisk::recommend
