// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/trees/block_nodes.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "gcrisk/base/random.hpp"
#include "models/trees/features.hpp"
#include "unit/models/cohorts.hpp"

namespace gcrisk::models::trees {
namespace {

// Samples of two classes, some of them several times: the same node as bits that are repeated and
// as bits that count so often. A few random cuts, each side counted one by one. Both classes are in
// one word, meet within a word, or between two.
TEST(BlockNodes, CountAndCutAsOneByOne) {
  constexpr std::size_t kVariants = 600;
  const base::Context context = base::Context::make();
  const auto data =
      test::random_cohort({.n_samples = 300, .n_variants = kVariants, .missing = 0.1});
  const Features features(data, context);
  base::Random random(2, "test block");
  constexpr std::array<std::array<std::size_t, 2>, 8> kSizes = {
      {{1, 1}, {64, 0}, {0, 5}, {20, 44}, {63, 65}, {90, 110}, {3, 128}, {64, 64}}};
  for (const auto& [n_first, n_second] : kSizes) {
    std::vector<std::uint32_t> distinct;
    std::vector<std::uint32_t> copies;
    std::vector<std::uint32_t> repeated;
    std::size_t n_repeated_first = 0;
    for (std::uint32_t i = 0; i < n_first + n_second; ++i) {
      distinct.push_back(i);
      copies.push_back(i == 0 ? 5 : random.below32(3));
      repeated.insert(repeated.end(), copies[i], distinct[i]);
      if (i < n_first) n_repeated_first = repeated.size();
    }
    GenotypeBlock once;
    once.fill(features.tiles(), distinct, n_first, GenotypeBlock::Layout::kSideBySide);
    GenotypeBlock each;
    each.fill(features.tiles(), repeated, n_repeated_first, GenotypeBlock::Layout::kInTurn);
    EXPECT_EQ(each.n_samples(), repeated.size());
    std::array<BlockNodes, 2> ways;
    ways[0].set_root(once, copies);
    ways[1].set_root(each);
    // The sides that wait, as lists.
    std::vector<std::vector<std::uint32_t>> expected = {repeated};
    for (int step = 0; !expected.empty(); ++step) {
      const std::vector<std::uint32_t> rows = expected.back();
      expected.pop_back();
      const Split split = {random.below32(kVariants),
                           {.bin = random.below32(2), .missing_left = step % 2 == 0}};
      std::array<std::vector<std::uint32_t>, 2> sides;
      for (const std::uint32_t row : rows) {
        sides[features.goes_left(split.feature, row, split.cut.bin, split.cut.missing_left) ? 1 : 0]
            .push_back(row);
      }
      const bool cut = step < 20 && !sides[0].empty() && !sides[1].empty();
      if (cut) expected.insert(expected.end(), sides.begin(), sides.end());
      for (BlockNodes& nodes : ways) {
        ASSERT_FALSE(nodes.empty());
        nodes.look();
        std::vector<std::uint32_t> listed;
        nodes.list(listed);
        ASSERT_EQ(listed, rows);
        std::vector<std::size_t> variants(kVariants);
        std::iota(variants.begin(), variants.end(), 0U);
        std::vector<ClassCounts> counts(kVariants);
        nodes.count(variants, counts.data());
        for (const std::size_t v : variants) {
          ClassCounts one_by_one{};
          for (const std::uint32_t row : rows) {
            one_by_one[data.genotypes.code(v, row)] +=
                row < n_first ? both_classes(1, 0) : both_classes(0, 1);
          }
          ASSERT_EQ(counts[v], one_by_one) << v;
        }
        ASSERT_EQ(nodes.total(), counts[0][0] + counts[0][1] + counts[0][2] + counts[0][3]);
        const BinnedColumn& column = features.column(kVariants);
        std::array<ClassCount, 256> bins{};
        for (const std::uint32_t row : rows) {
          bins[column.bins[row]] += row < n_first ? both_classes(1, 0) : both_classes(0, 1);
        }
        std::array<ClassCount, 256> found{};
        nodes.count(column, found);
        ASSERT_EQ(found, bins);
        if (cut) {
          nodes.cut(features, split);
        } else {
          nodes.drop();
        }
      }
    }
    EXPECT_TRUE(ways[0].empty() && ways[1].empty());
  }
}

}  // namespace
}  // namespace gcrisk::models::trees
