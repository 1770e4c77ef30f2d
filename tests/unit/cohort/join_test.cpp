// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/cohort/join.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "unit/expect_error.hpp"

namespace gcrisk::cohort {
namespace {

using Ids = std::vector<std::string>;

JoinReport report_of(const Ids& left, const Ids& right) {
  return join_samples(left, right, "L", "R").report;
}

TEST(Join, FindsThePartnerOfEachInTheOrderOfTheLeft) {
  const Join join = join_samples(Ids{"d", "a", "x", "c"}, Ids{"c", "b", "a", "d"}, "L", "R");
  EXPECT_EQ(join.left_rows, (std::vector<std::uint32_t>{0, 1, 3}));
  EXPECT_EQ(join.right_rows, (std::vector<std::uint32_t>{3, 2, 0}));
  EXPECT_EQ(join.report.n_left, 4U);
  EXPECT_EQ(join.report.n_right, 4U);
  EXPECT_EQ(join.report.n_joined, 3U);
  EXPECT_EQ(join.report.left_orphans, Ids{"x"});
  EXPECT_EQ(join.report.right_orphans, Ids{"b"});
  EXPECT_DOUBLE_EQ(join.report.overlap(), 0.75);
  EXPECT_EQ(join.report.summary(), "3 samples are in both L (4) and R (4)");
}

TEST(Join, NamesFiveOrphansOfEachSide) {
  Ids left;
  for (char c = 'a'; c <= 'i'; ++c) left.emplace_back(1, c);
  const JoinReport report = report_of(left, {"i", "z"});
  EXPECT_EQ(report.left_orphans, (Ids{"a", "b", "c", "d", "e"}));
  EXPECT_DOUBLE_EQ(report.overlap(), 0.5);
}

TEST(Join, TranslatesByAMap) {
  const IdMap map = {{"P1", "a"}, {"P2", "b"}};
  const Join join = join_samples(Ids{"a", "b", "c"}, Ids{"P2", "P1", "c"}, "L", "R", &map);
  EXPECT_EQ(join.right_rows, (std::vector<std::uint32_t>{1, 0, 2}));
}

TEST(Join, ComparesByteForByte) { EXPECT_EQ(report_of({"007", "A"}, {"7", "a"}).n_joined, 0U); }

struct Cause {
  Ids left;
  Ids right;
  const char* guess;
};

TEST(Join, GuessesWhyIdsDoNotMeet) {
  const std::vector<Cause> causes = {
      {{"ab1", "cd2"}, {"AB1", "Cd2"}, "2 more would meet if upper and lower case were the same"},
      {{"007", "S08"}, {"7", "S8"}, "2 more would meet without leading zeros"},
      {{"100", "S10"}, {"1", "S1"}, ""},
      {{"A 1", "B 2"}, {"A1", "B2"}, "2 more would meet without the spaces inside"},
      {{"TCGA-AB-1", "TCGA-CD-2"},
       {"TCGA.AB.1", "TCGA_CD_2"},
       "2 more would meet if - _ . and other joints were the same"},
      {{"F1_a", "F2_b"}, {"a", "b"}, "2 more would meet if L had IID where it has FID_IID"},
      {{"a", "b"}, {"a_a", "b_b"}, "2 more would meet if R had IID where it has FID_IID"},
      {{"p_1", "p_2"},
       {"p_1_p_1", "p_2_p_2"},
       "2 more would meet if R had IID where it has FID_IID"},
      {{"sample12", "sample13"},
       {"12", "13"},
       "2 more would meet without 'sample' in front of the IDs of L"},
      {{"12", "13"},
       {"12x.bam", "13x.bam"},
       "2 more would meet without 'x.bam' behind the IDs of R"},
      {{"TCGA-AB-01A", "TCGA-CD-03B"},
       {"TCGA-AB", "TCGA-CD"},
       "2 more would meet without the last part of the IDs of L"},
      {{"a", "b"}, {"c", "d"}, ""},
      {{"a", "b"}, {"b", "a"}, ""},
  };
  for (const Cause& cause : causes) {
    EXPECT_EQ(report_of(cause.left, cause.right).guess, cause.guess) << cause.left[0];
  }
}

TEST(Join, DoesNotBuildAGuessOnAFewChanceMeetings) {
  Ids left;
  Ids right;
  for (int i = 0; i < 30; ++i) {
    left.push_back("x" + std::to_string(1000 + 7 * i));
    right.push_back("y" + std::to_string(2000 + 7 * i));
  }
  left.push_back("ODD");
  right.push_back("odd");
  EXPECT_EQ(report_of(left, right).guess, "");
}

TEST(Join, AcceptsEnoughAndRefusesTooFew) {
  const JoinReport half = report_of({"a", "b"}, {"a", "c"});
  EXPECT_NO_THROW(check_overlap(half, 0.5));
  EXPECT_ERROR_HINT(check_overlap(half, 0.6),
                    base::MismatchError,
                    "1 sample is in both L (2) and R (2), less than the share of 0.6 that is "
                    "expected; only in L: b; only in R: c",
                    "translate the IDs with --id-map FILE, or allow less with --min-overlap");
  EXPECT_ERROR_HINT(check_overlap(report_of({"S1"}, {"s1"}), 0),
                    base::MismatchError,
                    "no sample is in both L (1) and R (1); only in L: S1; only in R: s1",
                    "1 more would meet if upper and lower case were the same; translate the IDs "
                    "with --id-map FILE, or allow less with --min-overlap");
}

}  // namespace
}  // namespace gcrisk::cohort
