// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/trees/genotype_block.hpp"

#include <gtest/gtest.h>

#include "gcrisk/base/random.hpp"
#include "unit/models/cohorts.hpp"

namespace gcrisk::models::trees {
namespace {

// Samples of two classes, some of them several times, and a random half of them as a node; counted
// one by one.
TEST(GenotypeBlock, CountsAsOneByOne) {
  const base::Context context = base::Context::make();
  const auto view = test::random_genotypes(300, 600, 0.1, 3);
  const SampleTiles tiles(view, context);
  GenotypeBlock block;
  base::Random random(2, "test block");
  constexpr std::array<std::array<int, 2>, 6> kSizes = {
      {{1, 1}, {64, 0}, {0, 5}, {63, 65}, {150, 200}, {3, 128}}};
  for (const auto& [n_first, n_second] : kSizes) {
    std::array<std::vector<std::uint32_t>, 2> rows;
    for (int i = 0; i < n_first; ++i) rows[0].push_back(random.below32(300));
    for (int i = 0; i < n_second; ++i) rows[1].push_back(random.below32(300));
    block.fill(tiles, rows[0], rows[1]);
    EXPECT_EQ(block.n_samples(), rows[0].size() + rows[1].size());
    std::vector<std::uint64_t> mask(block.all().begin(), block.all().end());
    for (std::uint64_t& word : mask) word &= random.bits64();
    BlockNode node;
    node.set(block, mask);
    for (std::size_t v = 0; v < 600; ++v) {
      ClassCounts expected{};
      std::vector<std::uint64_t> left_expected(mask.size());
      for (std::size_t bit = 0; bit < 64 * mask.size(); ++bit) {
        if ((mask[bit / 64] >> (bit % 64) & 1) == 0) continue;
        const auto code = view.code(v, block.row(bit));
        expected[code] += bit / 64 < block.n_first_words() ? 1 : std::uint64_t{1} << 32;
        if (code == genotype::kHomA2 || code == genotype::kHet || code == genotype::kMissing) {
          left_expected[bit / 64] |= std::uint64_t{1} << (bit % 64);
        }
      }
      ASSERT_EQ(count_in_block(block, v, node), expected) << v;
      std::vector<std::uint64_t> left(mask.size());
      left_of_variant(block, v, 1, true, mask, left);
      ASSERT_EQ(left, left_expected) << v;
    }
  }
}

// The same counts from rows and copies, for few and for many samples.
TEST(CountInRows, CountsAsOneByOne) {
  const auto data = test::random_cohort({.n_samples = 2000, .n_variants = 9, .missing = 0.1});
  const Features features(data, base::Context::make());
  base::Random random(5, "test rows");
  for (const std::size_t n : {std::size_t{1}, std::size_t{6}, std::size_t{700}}) {
    std::vector<std::uint32_t> rows;
    std::vector<std::uint32_t> copies;
    for (std::size_t i = 0; i < n; ++i) {
      rows.push_back(random.below32(2000));
      copies.push_back(1 + random.below32(900));
    }
    const std::size_t n_first = n / 3;
    const std::vector<std::size_t> variants = {8, 0, 3, 4, 7};
    std::vector<ClassCounts> found(variants.size());
    count_in_rows(features, variants, {rows, copies, n_first, 65535 / 900}, found.data());
    for (std::size_t k = 0; k < variants.size(); ++k) {
      ClassCounts expected{};
      for (std::size_t i = 0; i < n; ++i) {
        const std::uint64_t c = copies[i];
        expected[data.genotypes.code(variants[k], rows[i])] += i < n_first ? c : c << 32;
      }
      EXPECT_EQ(found[k], expected) << n << ' ' << k;
    }
  }
}

}  // namespace
}  // namespace gcrisk::models::trees
