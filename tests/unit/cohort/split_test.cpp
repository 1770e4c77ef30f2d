// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/cohort/split.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include "gcrisk/base/random.hpp"
#include "unit/expect_error.hpp"

namespace gcrisk::cohort {
namespace {

using Counts = std::map<std::int32_t, std::array<double, 3>>;

Counts count(const std::vector<std::int32_t>& strata, const std::vector<Set>& sets) {
  Counts counts;
  for (std::size_t i = 0; i < strata.size(); ++i) {
    counts[strata[i]][static_cast<std::size_t>(sets[i])] += 1;
  }
  return counts;
}

TEST(Shares, AreReadInPercentAndAsFractions) {
  EXPECT_EQ(parse_shares("70/15/15"), (Shares{0.70, 0.15, 0.15}));
  EXPECT_EQ(parse_shares("80/20"), (Shares{0.8, 0.0, 0.2}));
  EXPECT_EQ(parse_shares("0.5/0.25/0.25"), (Shares{0.5, 0.25, 0.25}));
}

TEST(Shares, RefuseWhatDoesNotAddUp) {
  EXPECT_ERROR(parse_shares("70/20/20"),
               base::UsageError,
               "--split 70/20/20: the shares add to 110, not to 100, expected shares such as "
               "70/15/15 (train, validation, test) or 80/20 (train, test)");
  EXPECT_ERROR(parse_shares("100"),
               base::UsageError,
               "--split 100: 1 shares, expected shares such as 70/15/15 (train, validation, test) "
               "or 80/20 (train, test)");
  EXPECT_ERROR(parse_shares("0/50/50"),
               base::UsageError,
               "--split 0/50/50: nobody is left to train on, expected shares such as 70/15/15 "
               "(train, validation, test) or 80/20 (train, test)");
  EXPECT_ERROR(parse_shares("a/b"),
               base::UsageError,
               "--split a/b: 'a' is not a share, expected shares such as 70/15/15 (train, "
               "validation, test) or 80/20 (train, test)");
}

TEST(Split, GivesEachSetItsShareOfEachStratum) {
  // 200 people, 40 cases: 0.70/0.15/0.15 of 40 is 28/6/6, of 160 is 112/24/24.
  std::vector<std::int32_t> strata(200, 0);
  for (std::size_t i = 0; i < 200; i += 5) strata[i] = 1;
  const auto counts = count(strata, split(strata, {}, parse_shares("70/15/15"), 1));
  EXPECT_EQ(counts.at(1), (std::array<double, 3>{28, 6, 6}));
  EXPECT_EQ(counts.at(0), (std::array<double, 3>{112, 24, 24}));
}

TEST(Split, IsOffByLessThanOneInEachStratumOfAnySize) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    base::Random random(seed, "sizes");
    std::vector<std::int32_t> strata;
    for (std::int32_t s = 0; s < 4; ++s) {
      strata.insert(strata.end(), 20 + random.below(60), s);
    }
    random.shuffle(std::span(strata));
    const Shares shares = {0.6, 0.15, 0.25};
    for (const auto& [s, parts] : count(strata, split(strata, {}, shares, seed))) {
      const double n = std::accumulate(parts.begin(), parts.end(), 0.0);
      for (std::size_t k = 0; k < 3; ++k) {
        EXPECT_LT(std::abs(parts[k] - n * shares[k]), 1 + 1e-9) << "seed " << seed;
      }
    }
  }
}

TEST(Split, NeverCutsAGroup) {
  std::vector<std::int32_t> groups;
  std::vector<std::int32_t> strata;
  base::Random random(3, "families");
  for (std::int32_t family = 0; family < 100; ++family) {
    for (std::uint64_t i = 0, n = 1 + random.below(6); i < n; ++i) {
      groups.push_back(family);
      strata.push_back(random.uniform() < 0.3);
    }
  }
  const auto sets = split(strata, groups, parse_shares("70/15/15"), 1);
  std::map<std::int32_t, std::set<Set>> sides;
  for (std::size_t i = 0; i < sets.size(); ++i) sides[groups[i]].insert(sets[i]);
  for (const auto& [family, of] : sides) EXPECT_EQ(of.size(), 1U) << family;
  // Whole families of up to six: the shares of cases come within a family of the aim.
  const auto cases = count(strata, sets).at(1);
  const double n = cases[0] + cases[1] + cases[2];
  EXPECT_NEAR(cases[0], 0.70 * n, 4);
  EXPECT_NEAR(cases[1], 0.15 * n, 4);
  EXPECT_NEAR(cases[2], 0.15 * n, 4);
}

TEST(Split, DependsOnTheSeedAlone) {
  std::vector<std::int32_t> strata(50);
  for (std::size_t i = 0; i < 50; ++i) strata[i] = static_cast<std::int32_t>(i % 2);
  const Shares shares = parse_shares("70/15/15");
  EXPECT_EQ(split(strata, {}, shares, 4), split(strata, {}, shares, 4));
  EXPECT_NE(split(strata, {}, shares, 4), split(strata, {}, shares, 5));
}

TEST(Split, LeavesASetWithoutAShareEmpty) {
  const std::vector<std::int32_t> strata(7, 0);
  const auto sets = split(strata, {}, parse_shares("80/20"), 1);
  EXPECT_TRUE(rows_of(sets, Set::kValidation).empty());
  EXPECT_EQ(rows_of(sets, Set::kTrain).size() + rows_of(sets, Set::kTest).size(), 7U);
}

TEST(Split, RefusesASetThatStaysEmpty) {
  EXPECT_ERROR(split(std::vector<std::int32_t>{0, 0, 0, 0},
                     std::vector<std::int32_t>{1, 1, 2, 2},
                     parse_shares("70/15/15"),
                     1),
               base::DegenerateError,
               "the validation set is left empty: 2 groups cannot be cut into shares of 70/15/15");
}

TEST(Folds, AreEvenInSizeAndInEachStratum) {
  // 103 people in strata of 41 and 62, five folds: 8.2 and 12.4 a fold, 20.6 together.
  std::vector<std::int32_t> strata(103, 0);
  for (std::size_t i = 0; i < 41; ++i) strata[i] = 1;
  const auto fold = folds(strata, {}, 5, 1);
  std::array<int, 5> total{};
  std::array<int, 5> cases{};
  for (std::size_t i = 0; i < strata.size(); ++i) {
    ++total[static_cast<std::size_t>(fold[i])];
    cases[static_cast<std::size_t>(fold[i])] += strata[i];
  }
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_TRUE(cases[k] == 8 || cases[k] == 9) << cases[k];
    EXPECT_TRUE(total[k] == 20 || total[k] == 21) << total[k];
  }
}

TEST(Folds, KeepGroupsTogether) {
  std::vector<std::int32_t> groups;
  for (std::int32_t i = 0; i < 60; ++i) groups.push_back(i / 4);
  const std::vector<std::int32_t> strata(60, 0);
  const auto fold = folds(strata, groups, 3, 9);
  for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(fold[i], fold[i / 4 * 4]);
  // 15 groups of four in three folds: five each.
  for (std::int32_t k = 0; k < 3; ++k) EXPECT_EQ(std::count(fold.begin(), fold.end(), k), 20);
}

TEST(Folds, RefuseMoreFoldsThanGroups) {
  const std::vector<std::int32_t> strata(4, 0);
  EXPECT_ERROR(
      folds(strata, {}, 5, 1), base::DegenerateError, "4 samples cannot be cut into 5 folds");
  EXPECT_ERROR(folds(strata, std::vector<std::int32_t>{1, 1, 2, 2}, 3, 1),
               base::DegenerateError,
               "2 groups cannot be cut into 3 folds");
  EXPECT_ERROR(folds(strata, {}, 1, 1), base::UsageError, "--cv 1: expected at least 2 folds");
}

TEST(Strata, AreQuintilesOfAContinuousOutcome) {
  Outcome outcome;
  outcome.kind = OutcomeKind::kContinuous;
  outcome.values = {10, 9, 8, 7, 6, 5, 4, 3, 2, 1, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_EQ(strata_of(outcome), (std::vector<std::int32_t>{4, 4, 3, 3, 2, 2, 1, 1, 0, 0, -1}));
}

TEST(Strata, AreClassesOrEvents) {
  Outcome outcome;
  outcome.kind = OutcomeKind::kSurvival;
  outcome.values = {0, 1, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_EQ(strata_of(outcome), (std::vector<std::int32_t>{0, 1, -1}));
}

TEST(Sets, HaveNamesThatAreReadBack) {
  for (const Set set : {Set::kTrain, Set::kValidation, Set::kTest}) {
    EXPECT_EQ(parse_set(to_string(set)), set);
  }
  EXPECT_ERROR(parse_set("dev"),
               base::UsageError,
               "'dev' is no set, expected one of: train, validation, test");
}

}  // namespace
}  // namespace gcrisk::cohort
