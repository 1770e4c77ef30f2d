// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/genotype/packed_matrix.hpp"

#include <gtest/gtest.h>

#include "gcrisk/base/random.hpp"

namespace gcrisk::genotype {
namespace {

using Codes = std::vector<std::vector<std::uint8_t>>;  // [variant][sample]

Codes random_codes(std::size_t n_samples, std::size_t n_variants) {
  base::Random random(5, "test codes", n_samples);
  Codes codes(n_variants, std::vector<std::uint8_t>(n_samples));
  for (auto& row : codes) {
    for (auto& code : row) code = static_cast<std::uint8_t>(random.below(4));
  }
  return codes;
}

GenotypeView pack(const Codes& codes, std::size_t n_samples) {
  std::vector<std::uint8_t> bytes(codes.size() * packed_bytes(n_samples));
  for (std::size_t j = 0; j < codes.size(); ++j) {
    for (std::size_t i = 0; i < n_samples; ++i) {
      bytes[j * packed_bytes(n_samples) + i / 4] |=
          static_cast<std::uint8_t>(codes[j][i] << (2 * (i % 4)));
    }
  }
  return GenotypeView(PackedMatrix::own(std::move(bytes), n_samples, codes.size()));
}

// The codes that `row` gives must be those of the chosen variants and samples, for every number of
// samples around the borders of bytes and words.
TEST(GenotypeView, GathersChosenSamplesAndVariants) {
  base::Random random(1, "test choice");
  for (const std::size_t n : {1, 3, 4, 5, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000}) {
    const Codes codes = random_codes(n, 7);
    const GenotypeView all = pack(codes, n);
    for (const double share : {0.0, 0.03, 0.5, 0.97, 1.0}) {
      std::vector<std::uint32_t> samples;
      for (std::uint32_t i = 0; i < n; ++i) {
        if (random.uniform() < share) samples.push_back(i);
      }
      const std::vector<std::uint32_t> variants = {5, 0, 6};
      const GenotypeView view = all.with_samples(samples).with_variants(variants);
      const GenotypeView compact = view.compact();
      ASSERT_EQ(view.n_samples(), samples.size());
      ASSERT_EQ(view.n_variants(), 3U);
      RowScratch scratch;
      for (std::size_t j = 0; j < variants.size(); ++j) {
        const std::uint8_t* row = view.row(j, scratch);
        for (std::size_t i = 0; i < samples.size(); ++i) {
          const int expected = codes[variants[j]][samples[i]];
          ASSERT_EQ(row[i / 4] >> (2 * (i % 4)) & 3, expected) << n << " samples, share " << share;
          ASSERT_EQ(view.code(j, i), expected);
          ASSERT_EQ(compact.code(j, i), expected);
        }
      }
    }
  }
}

TEST(GenotypeView, ComposesChoices) {
  const Codes codes = random_codes(10, 4);
  const std::vector<std::uint32_t> odd = {1, 3, 5, 7, 9};
  const std::vector<std::uint32_t> inner = {1, 4};
  const std::vector<std::uint32_t> last = {2, 3};
  const std::vector<std::uint32_t> second = {1};
  const GenotypeView view =
      pack(codes, 10).with_samples(odd).with_variants(last).with_samples(inner).with_variants(
          second);
  EXPECT_EQ(view.code(0, 0), codes[3][3]);
  EXPECT_EQ(view.code(0, 1), codes[3][9]);
}

TEST(GenotypeView, WithoutVariantsStillHasSamples) {
  const std::vector<std::uint32_t> some = {0, 2};
  const GenotypeView view = pack(random_codes(3, 2), 3).with_variants({}).with_samples(some);
  EXPECT_TRUE(view.empty());
  EXPECT_EQ(view.n_samples(), 2U);
  EXPECT_TRUE(GenotypeView().with_samples(some).empty());
}

}  // namespace
}  // namespace gcrisk::genotype
