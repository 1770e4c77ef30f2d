// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/genotype/sample_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gcrisk/base/random.hpp"
#include "genotype/sample_kernels_reference.hpp"

namespace gcrisk::genotype {
namespace {

GenotypeView random_view(std::size_t n_samples, std::size_t n_variants, std::uint64_t seed) {
  std::vector<std::uint8_t> bytes(packed_bytes(n_samples) * n_variants);
  base::Random random(seed, "test");
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return GenotypeView(PackedMatrix::own(std::move(bytes), n_samples, n_variants));
}

// Sizes around the 32 and 64 of the words, and a subset of samples.
TEST(SampleKernels, AgreeWithTheReference) {
  const auto context = base::Context::make(2);
  std::uint64_t seed = 0;
  for (const std::size_t n : {1, 31, 33, 64, 65, 130}) {
    for (const std::size_t p : {1, 63, 64, 65, 200}) {
      GenotypeView view = random_view(n, p, ++seed);
      if (n == 65) {
        std::vector<std::uint32_t> odd;
        for (std::uint32_t i = 1; i < n; i += 2) odd.push_back(i);
        view = view.with_samples(odd);
      }
      EXPECT_EQ(missing_per_sample(view, context), reference::missing_per_sample(view));
      const SamplePlanes planes(view, context);
      for (std::size_t a = 0; a < view.n_samples(); a += 7) {
        for (std::size_t b = 0; b < view.n_samples(); b += 5) {
          KingCounts counts;
          add_king_counts(planes, a, b, 0, planes.n_words(), counts);
          ASSERT_EQ(counts, reference::king_counts(view, a, b))
              << n << " " << p << " " << a << " " << b;
        }
      }
    }
  }
}

TEST(KingCounts, GiveTheKinshipOfThePaper) {
  // 10 het_het, 1 opposite, 6 and 2 het_hom: 1/2 - (4 + 6 + 2) / (4 * (10 + 2)) = 1/4.
  EXPECT_DOUBLE_EQ((KingCounts{10, 1, 6, 2, 30}.kinship()), 0.25);
  EXPECT_DOUBLE_EQ((KingCounts{10, 0, 0, 0, 5}.kinship()), 0.5);  // twins
  EXPECT_TRUE(std::isnan(KingCounts{0, 1, 6, 0, 30}.kinship()));
}

}  // namespace
}  // namespace gcrisk::genotype
