// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/preprocess/kinship.hpp"

#include <gtest/gtest.h>

#include "gcrisk/base/error.hpp"
#include "small_cohort.hpp"

namespace gcrisk::preprocess {
namespace {

using testing::with_genotypes;
using Flags = std::vector<std::uint8_t>;

std::vector<RelatedPair> pairs(
    std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> list) {
  std::vector<RelatedPair> out;
  for (const auto& [a, b] : list) out.push_back({a, b, 0.25, {}});
  return out;
}

// Samples 0 and 1 are alike, sample 2 shares nothing with them; the X variant says otherwise and
// does not count.
TEST(RelatedPairs, FindsTwinsOnTheAutosomes) {
  cohort::Cohort cohort = with_genotypes({"110", "111", "002", "221", "112", "020"});
  cohort.variants[5].chromosome = "X";
  const auto found = related_pairs(cohort, 0.2, base::Context::make());
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found[0].first, 0);
  EXPECT_EQ(found[0].second, 1);
  EXPECT_DOUBLE_EQ(found[0].kinship, 0.5);
  EXPECT_EQ(found[0].counts.het_het, 3);
  EXPECT_EQ(found[0].counts.called(), 5);
}

TEST(RelatedPairs, NeedAnAutosome) {
  cohort::Cohort cohort = with_genotypes({"110"});
  cohort.variants[0].chromosome = "chrX";
  try {
    related_pairs(cohort, 0.2, base::Context::make());
    FAIL();
  } catch (const base::DegenerateError& error) {
    EXPECT_STREQ(error.what(), "kinship needs autosomal variants, the cohort has none");
  }
}

TEST(RelatedPairs, SayHowMuchMemoryTheyNeed) {
  auto context = base::Context::make();
  context.memory_bytes = 10;
  try {
    related_pairs(with_genotypes({"110"}), 0.2, context);
    FAIL();
  } catch (const base::MemoryError& error) {
    EXPECT_STREQ(error.what(), "kinship of 3 people over 1 variants needs 48 B, the limit is 10 B");
  }
}

TEST(PruneRelated, KeepsWhoHasOneRelative) {
  // 0-1-2 in a row: 0 has one relative and stays, 1 goes, 2 is free.
  EXPECT_EQ(prune_related(4, pairs({{0, 1}, {1, 2}})), (Flags{0, 1, 0, 0}));
  // A triangle: nobody has one relative only; the first with most goes, and then of the two
  // left the second.
  EXPECT_EQ(prune_related(3, pairs({{0, 1}, {0, 2}, {1, 2}})), (Flags{1, 0, 1}));
}

TEST(KinshipGroups, AreConnectedComponents) {
  EXPECT_EQ(kinship_groups(6, pairs({{1, 4}, {2, 3}, {3, 4}})),
            (std::vector<std::int32_t>{0, 1, 1, 1, 1, 2}));
}

}  // namespace
}  // namespace gcrisk::preprocess
