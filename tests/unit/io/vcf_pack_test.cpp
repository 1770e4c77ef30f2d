// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "io/vcf_pack.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "gcrisk/genotype/packed_matrix.hpp"

namespace gcrisk::io {
namespace {

using genotype::packed_bytes;

std::string random_calls(std::mt19937& random, std::size_t n) {
  const char* const kCalls[] = {"0|0", "0|1", "1|0", "1/1", "./.", "0/0", ".|.", "1|1"};
  std::string text;
  for (std::size_t i = 0; i < n; ++i) {
    text += kCalls[random() % 8];
    text += i + 1 < n ? '\t' : '\n';
  }
  return text;
}

TEST(PackFixed4, WritesFirstSampleIntoLowestBits) {
  // 0|0 is 3, 0|1 is 2, ./. is 1, 1|1 is 0: 3 + 2 * 4 + 1 * 16 + 0 * 64 = 27; then 1/0 is 2.
  const std::string text = "0|0\t0|1\t./.\t1|1\t1/0\n";
  std::vector<std::uint8_t> out(packed_bytes(5) + 1);
  ASSERT_TRUE(pack_fixed4(text.data(), 5, out.data()));
  EXPECT_EQ(out[0], 27);
  EXPECT_EQ(out[1], 2);
}

TEST(PackFixed4, EqualsTheScalarReferenceOnRaggedEnds) {
  std::mt19937 random(1);
  for (std::size_t n = 1; n < 140; ++n) {
    const std::string text = random_calls(random, n);
    std::vector<std::uint8_t> fast(packed_bytes(n) + 1);
    std::vector<std::uint8_t> slow(packed_bytes(n) + 1);
    ASSERT_TRUE(pack_fixed4(text.data(), n, fast.data())) << n;
    ASSERT_TRUE(pack_fixed4_scalar(text.data(), n, slow.data())) << n;
    fast.resize(packed_bytes(n));
    slow.resize(packed_bytes(n));
    ASSERT_EQ(fast, slow) << n;
  }
}

TEST(PackFixed4, LeavesTheFastLaneOnAnyOtherByteAnywhere) {
  std::mt19937 random(2);
  const std::size_t n = 37;
  const std::string good = random_calls(random, n);
  std::vector<std::uint8_t> out(packed_bytes(n) + 1);
  for (std::size_t at = 0; at + 1 < good.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = good;
      text[at] = static_cast<char>(byte);
      const bool expected = pack_fixed4_scalar(text.data(), n, out.data());
      ASSERT_EQ(pack_fixed4(text.data(), n, out.data()), expected)
          << "byte " << byte << " at " << at;
    }
  }
}

TEST(PackFixed4, RefusesHalfCalls) {
  std::vector<std::uint8_t> out(8);
  for (const char* half : {"./1", "0|.", ".|0", "1/."}) {
    std::string text;
    for (int i = 0; i < 12; ++i) text += i == 3 ? std::string(half) + "\t" : "0|0\t";
    EXPECT_FALSE(pack_fixed4(text.data(), 12, out.data())) << half;
  }
}

TEST(PackAlleles, CountsOneAltAndMissesTheOthers) {
  // Row of ALT 2: 0/0 is 3, 0/2 is 2, 2/2 is 0, 1/2 is missing (1).
  const std::vector<AllelePair> calls = {{0, 0}, {0, 2}, {2, 2}, {1, 2}, {-1, -1}, {2, 0}};
  std::vector<std::uint8_t> out(2);
  pack_alleles(calls, 2, out.data());
  EXPECT_EQ(out[0], 3 + 2 * 4 + 0 * 16 + 1 * 64);
  EXPECT_EQ(out[1], 1 + 2 * 4);
}

TEST(PackBcfPairs, ReadsPhasedUnphasedAndMissing) {
  // (allele + 1) << 1 | phased: 0/0 is 2,2; 0|1 is 2,5; ./. is 0,0; 1|1 is 4,5.
  const std::vector<std::uint8_t> values = {2, 2, 2, 5, 0, 0, 4, 5};
  std::vector<std::uint8_t> out(1);
  ASSERT_TRUE(pack_bcf_pairs(values.data(), 4, out.data()));
  EXPECT_EQ(out[0], 3 + 2 * 4 + 1 * 16 + 0 * 64);
  const std::vector<std::uint8_t> half = {0, 5};
  EXPECT_FALSE(pack_bcf_pairs(half.data(), 1, out.data()));
  const std::vector<std::uint8_t> haploid = {2, 0x81};  // end of vector
  EXPECT_FALSE(pack_bcf_pairs(haploid.data(), 1, out.data()));
}

TEST(HardCall, KeepsDosagesWithinTheThresholdOnly) {
  const HardCall call(0.1);
  EXPECT_EQ(call.code(0), genotype::kHomA2);
  EXPECT_EQ(call.code(0.1), genotype::kHomA2);
  EXPECT_EQ(call.code(0.101), genotype::kMissing);
  EXPECT_EQ(call.code(0.9), genotype::kHet);
  EXPECT_EQ(call.code(1.1), genotype::kHet);
  EXPECT_EQ(call.code(1.5), genotype::kMissing);
  EXPECT_EQ(call.code(1.95), genotype::kHomA1);
  EXPECT_EQ(call.code(-1), genotype::kMissing);
}

TEST(FindTabOrNewline, FindsEitherAtAnyDistance) {
  for (std::size_t n = 0; n < 80; ++n) {
    for (const char end : {'\t', '\n'}) {
      const std::string text = std::string(n, 'x') + end + "rest";
      EXPECT_EQ(find_tab_or_newline(text.data(), text.data() + text.size()), text.data() + n);
    }
    const std::string none(n, 'x');
    EXPECT_EQ(find_tab_or_newline(none.data(), none.data() + n), none.data() + n);
  }
}

}  // namespace
}  // namespace gcrisk::io
