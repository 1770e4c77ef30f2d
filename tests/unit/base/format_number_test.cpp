// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>

#include "gcrisk/base/random.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::base {
namespace {

std::string by_to_chars(double value) {
  char text[64];
  return {text, std::to_chars(text, text + 64, value, std::chars_format::general, 6).ptr};
}

// The short way of format_number must never show: every number reads as std::to_chars writes it.
TEST(FormatNumber, IsThatOfToCharsForNumbersOfAnySize) {
  Random random(11, "format");
  for (int i = 0; i < 300000; ++i) {
    const double any = std::bit_cast<double>(random.bits64());
    if (std::isfinite(any)) {
      ASSERT_EQ(format_number(any), by_to_chars(any));
    }
    const double usual = std::exp(8 * random.normal());
    ASSERT_EQ(format_number(usual), by_to_chars(usual));
    ASSERT_EQ(format_number(-usual), by_to_chars(-usual));
  }
}

TEST(FormatNumber, IsThatOfToCharsAtTheBordersOfRounding) {
  for (int exponent = -20; exponent <= 20; ++exponent) {
    for (const double mantissa : {1.0,
                                  9.999995,
                                  9.9999949999999,
                                  9.99999,
                                  1.000005,
                                  1.2345650,
                                  1.23456499999999,
                                  2.5,
                                  9.9999999999999}) {
      double value = mantissa * std::pow(10.0, exponent);
      for (int step = 0; step < 3; ++step, value = std::nextafter(value, 1e300)) {
        ASSERT_EQ(format_number(value), by_to_chars(value));
      }
    }
  }
  for (int i = -2000; i <= 2000; ++i) {
    ASSERT_EQ(format_number(i / 8.0), by_to_chars(i / 8.0 + 0.0));
    ASSERT_EQ(format_number(i * 1024.5), by_to_chars(i * 1024.5 + 0.0));
    ASSERT_EQ(format_number(123456.5 + i), by_to_chars(123456.5 + i));
  }
  EXPECT_EQ(format_number(std::nan("")), "NA");
  EXPECT_EQ(format_number(-0.0), "0");
}

}  // namespace
}  // namespace gcrisk::base
