// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace gcrisk::base {
namespace {

// Known-answer vectors of Random123 1.09 (kat_vectors, philox4x32 with 10 rounds).
TEST(Philox, GivesThePublishedBlocks) {
  using Block = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, DependsOnSeedPurposeAndIndexAlone) {
  EXPECT_EQ(Random(1, "a", 2).bits64(), Random(1, "a", 2).bits64());
  EXPECT_NE(Random(1, "a", 2).bits64(), Random(2, "a", 2).bits64());
  EXPECT_NE(Random(1, "a", 2).bits64(), Random(1, "b", 2).bits64());
  EXPECT_NE(Random(1, "a", 2).bits64(), Random(1, "a", 3).bits64());
}

TEST(Random, NormalHasMeanZeroAndVarianceOne) {
  Random random(7, "test");
  double sum = 0;
  double squares = 0;
  constexpr int kN = 200000;
  for (int i = 0; i < kN; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  // Standard errors: 1/sqrt(n) = 0.0022 and sqrt(2/n) = 0.0032; five of each.
  EXPECT_NEAR(sum / kN, 0, 0.011);
  EXPECT_NEAR(squares / kN, 1, 0.016);
}

TEST(Random, BelowIsInRangeAndEven) {
  Random random(3, "test");
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) ++counts[random.below(7)];
  // Each count has mean 10000 and standard deviation sqrt(70000 * 1/7 * 6/7) = 92.6.
  for (const int count : counts) EXPECT_NEAR(count, 10000, 463);
  std::fill(counts.begin(), counts.end(), 0);
  for (int i = 0; i < 70000; ++i) ++counts[random.below32(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 463);
}

TEST(Random, ShuffleKeepsEveryValueOnce) {
  std::vector<int> values(100);
  std::iota(values.begin(), values.end(), 0);
  const auto ordered = values;
  Random(1, "test").shuffle(std::span(values));
  EXPECT_NE(values, ordered);
  std::sort(values.begin(), values.end());
  EXPECT_EQ(values, ordered);
}

}  // namespace
}  // namespace gcrisk::base
