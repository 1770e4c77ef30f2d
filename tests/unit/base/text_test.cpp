// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "gcrisk/base/random.hpp"

namespace gcrisk::base {
namespace {

TEST(FormatNumber, HasSixSignificantDigits) {
  EXPECT_EQ(format_number(1.0 / 3.0), "0.333333");
  EXPECT_EQ(format_number(1234567.0), "1.23457e+06");
  EXPECT_EQ(format_number(0.0), "0");
  EXPECT_EQ(format_number(-0.0), "0");
  EXPECT_EQ(format_number(1e-300), "1e-300");
  EXPECT_EQ(format_number(std::nan("")), "NA");
  EXPECT_EQ(format_number(std::numeric_limits<double>::infinity()), "inf");
}

TEST(FormatExact, ReadsBackAsTheSameDouble) {
  for (const double value : {0.1, 1.0 / 3.0, 6.02214076e23, -5e-324, 123456789.125}) {
    EXPECT_EQ(parse_number(format_exact(value)), value);
  }
}

TEST(FormatCount, SeparatesThousands) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(81204), "81,204");
  EXPECT_EQ(format_count(1234567), "1,234,567");
}

TEST(FormatBytes, ChoosesTheUnit) {
  EXPECT_EQ(format_bytes(512), "512 B");
  EXPECT_EQ(format_bytes(1536), "1.5 KiB");
  EXPECT_EQ(format_bytes(std::uint64_t{3} << 30), "3 GiB");
}

TEST(Text, ReadsShortDecimalsToTheNearestDouble) {
  // strtod rounds correctly and knows nothing of the short way.
  Random random(11, "decimals");
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    const auto n = 1 + random.below(17);
    const auto point = random.below(n + 3);
    for (std::uint64_t k = 0; k < n; ++k) {
      if (k == point) text += '.';
      text += static_cast<char>('0' + random.below(10));
    }
    ASSERT_EQ(parse_number(text), std::strtod(text.c_str(), nullptr)) << text;
  }
  EXPECT_EQ(parse_number("5."), 5.0);
  EXPECT_EQ(parse_number(".5"), 0.5);
  EXPECT_EQ(parse_number("."), std::nullopt);
  EXPECT_EQ(parse_number("1.2.3"), std::nullopt);
}

TEST(ParseNumber, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(parse_number("1e-3"), 0.001);
  EXPECT_EQ(parse_number("+2"), 2.0);
  EXPECT_EQ(parse_number("1.5x"), std::nullopt);
  EXPECT_EQ(parse_number(""), std::nullopt);
  EXPECT_EQ(parse_number("nan"), std::nullopt);
  EXPECT_EQ(parse_number("1e999"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_number("1e-999"), 0.0);
  EXPECT_EQ(parse_integer("12.0"), std::nullopt);
  EXPECT_EQ(parse_integer("-7"), -7);
}

TEST(ParseMemory, ReadsMebibytesAndUnits) {
  EXPECT_EQ(parse_memory("512"), std::uint64_t{512} << 20);
  EXPECT_EQ(parse_memory("4G"), std::uint64_t{4} << 30);
  EXPECT_EQ(parse_memory("1.5g"), std::uint64_t{3} << 29);
  EXPECT_EQ(parse_memory("800M"), std::uint64_t{800} << 20);
  EXPECT_EQ(parse_memory("0"), std::nullopt);
  EXPECT_EQ(parse_memory("-1G"), std::nullopt);
  EXPECT_EQ(parse_memory("lots"), std::nullopt);
}

TEST(IsMissing, KnowsTheFourSpellings) {
  for (const char* cell : {"", ".", "NA", "na", "NaN", "nan"}) EXPECT_TRUE(is_missing(cell));
  for (const char* cell : {"0", "-9", "N", "none", "n/a", "-"}) EXPECT_FALSE(is_missing(cell));
}

TEST(NearestNames, PutsTheSmallestEditDistanceFirst) {
  const std::vector<std::string> names = {"--maf", "--max-maf", "--mac", "--threads"};
  EXPECT_EQ(nearest_names("--mff", names, 1), std::vector<std::string>{"--maf"});
  EXPECT_TRUE(nearest_names("zzzzzzzzzzzzzzzz", names).empty());
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a,,b", ',').size(), 3U);
  EXPECT_EQ(split("", ',').size(), 1U);
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
}

}  // namespace
}  // namespace gcrisk::base
