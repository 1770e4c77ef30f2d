// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate_genome.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "gcrisk/base/error.hpp"
#include "gcrisk/io/vcf_writer.hpp"

namespace gcrisk::pipeline {
namespace {

GenomeSettings small() {
  GenomeSettings s;
  s.n_variants = 400;
  s.chromosomes = {"20", "21"};
  return s;
}

std::vector<Person> unrelated(std::size_t n, std::size_t n_populations = 1) {
  std::vector<Person> people(n);
  for (std::size_t i = 0; i < n; ++i) {
    people[i].index = i;
    people[i].population = static_cast<std::uint32_t>(i % n_populations);
  }
  return people;
}

// All alleles of the first chromosome of `settings`, variants × (2 n).
struct Genome {
  std::vector<SimulatedVariant> variants;
  std::vector<std::uint8_t> alleles;
  std::size_t n;
  double frequency(std::size_t v, std::size_t population, std::size_t n_populations) const {
    double sum = 0;
    double count = 0;
    for (std::size_t i = population; i < n; i += n_populations) {
      sum += alleles[v * 2 * n + 2 * i] + alleles[v * 2 * n + 2 * i + 1];
      count += 2;
    }
    return sum / count;
  }
  double correlation(std::size_t a, std::size_t b) const {
    double sa = 0;
    double sb = 0;
    double sab = 0;
    const auto m = static_cast<double>(2 * n);
    for (std::size_t h = 0; h < 2 * n; ++h) {
      const int x = alleles[a * 2 * n + h];
      const int y = alleles[b * 2 * n + h];
      sa += x;
      sb += y;
      sab += x * y;
    }
    return (sab / m - sa * sb / m / m) / std::sqrt(sa / m * (1 - sa / m) * sb / m * (1 - sb / m));
  }
};

Genome make(const GenomeSettings& settings,
            std::vector<Person> people,
            std::size_t threads = 1,
            std::size_t block = 64) {
  const base::Context context = base::Context::make(threads);
  Genome out;
  out.n = people.size();
  Mosaic mosaic(settings, std::move(people));
  mosaic.start_chromosome(0);
  VariantStream stream(settings);
  std::vector<double> map_bp;
  std::vector<std::uint8_t> carriers;
  const auto flush = [&] {
    const std::size_t at = out.alleles.size();
    out.alleles.resize(at + map_bp.size() * 2 * out.n);
    mosaic.alleles(map_bp, carriers, out.alleles.data() + at, context);
    map_bp.clear();
    carriers.clear();
  };
  while (stream.next() && stream.variant().chromosome == 0) {
    out.variants.push_back(stream.variant());
    map_bp.push_back(stream.variant().map_bp);
    carriers.insert(carriers.end(), stream.carriers().begin(), stream.carriers().end());
    if (map_bp.size() == block) flush();
  }
  flush();
  return out;
}

TEST(VariantStream, SharesVariantsByChromosomeLengthInOrder) {
  VariantStream stream(small());
  std::size_t counts[2] = {};
  std::int64_t last = 0;
  std::size_t index = 0;
  while (stream.next()) {
    const SimulatedVariant& v = stream.variant();
    if (counts[v.chromosome]++ == 0) last = 0;
    EXPECT_GT(v.variant.position_bp, last);
    EXPECT_LE(v.variant.position_bp, chromosome_length(v.variant.chromosome));
    EXPECT_NE(v.variant.a1, v.variant.a2);
    EXPECT_EQ(v.index, index++);
    last = v.variant.position_bp;
  }
  // 400 * 64444167 / (64444167 + 46709983) = 231.9.
  EXPECT_EQ(counts[0], 232U);
  EXPECT_EQ(counts[1], 168U);
}

TEST(VariantStream, KeepsFrequenciesWithinTheLimits) {
  GenomeSettings s = small();
  s.n_variants = 4000;
  s.maf_min = 0.05;
  s.maf_max = 0.2;
  VariantStream stream(s);
  std::size_t high = 0;
  while (stream.next()) {
    const double p = stream.variant().frequencies[0];
    // Frequencies are multiples of 1 / 256 after rounding up or down.
    EXPECT_GE(std::min(p, 1 - p), 0.05 - 1e-9);
    EXPECT_LE(std::min(p, 1 - p), 0.2 + 1.0 / 256);
    if (p > 0.5) ++high;
  }
  // Density 1/p on [.05, .2] and [.8, .95]: the upper part has ln(.95/.8) / (ln 4 + ln(.95/.8)) =
  // 0.1719/1.5581 = 0.110. A branch bears 1 / (1 - 0.3) variants on average, so 4000 variants are
  // about 2800 draws whose counts vary: SE below sqrt(.11 * .89 / 4000 * (1 + .3) / (1 - .3)) =
  // 0.0067; five of them.
  EXPECT_NEAR(static_cast<double>(high) / 4000, 0.110, 0.034);
}

TEST(VariantStream, RefusesWhatIsNoAutosome) {
  try {
    chromosome_length("X");
    FAIL();
  } catch (const base::UsageError& error) {
    EXPECT_STREQ(error.what(), "--chromosomes X: expected autosomes, such as 1-22 or 1,2,20");
  }
}

TEST(Mosaic, AllelesFollowTheFrequencies) {
  const Genome g = make(small(), unrelated(2000));
  // Mean over variants of (observed - expected)^2 / (p (1 - p) / 4000) is 1 for independent
  // haplotypes; 232 variants in LD are at least 20 independent ones, so its SE is below
  // sqrt(2 / 20) = 0.32; four of them.
  double sum = 0;
  for (std::size_t v = 0; v < g.variants.size(); ++v) {
    const double p = g.variants[v].frequencies[0];
    sum += std::pow(g.frequency(v, 0, 1) - p, 2) / (p * (1 - p) / 4000);
  }
  EXPECT_NEAR(sum / static_cast<double>(g.variants.size()), 1, 1.28);
}

TEST(Mosaic, CorrelationDecaysWithMapDistanceAsStated) {
  GenomeSettings s = small();
  s.n_variants = 12000;
  s.chromosomes = {"1"};
  s.maf_min = 0.1;
  s.ld_bp = 30e3;
  const Genome g = make(s, unrelated(1000));
  // Only pairs on one and the same branch have a known r at distance 0, namely 1: equal
  // frequencies and, while no founder moved, equal carriers. For them E r(d) = exp(-d / 30 kb).
  double observed = 0;
  double expected = 0;
  std::size_t pairs = 0;
  for (std::size_t v = 1; v < g.variants.size(); ++v) {
    if (g.variants[v].ancestral_frequency != g.variants[v - 1].ancestral_frequency) continue;
    const double d = g.variants[v].map_bp - g.variants[v - 1].map_bp;
    if (d > 60e3) continue;
    observed += g.correlation(v, v - 1);
    expected += std::exp(-d / 30e3);
    ++pairs;
  }
  ASSERT_GT(pairs, 3000U);
  // SD of one r about its mean is below 0.25; SE 0.25 / sqrt(3000) = 0.0046; finite founders
  // (1 / 256) add 0.004 at most.
  EXPECT_NEAR(observed / static_cast<double>(pairs), expected / static_cast<double>(pairs), 0.02);

  // All neighbours together: r^2 falls with distance.
  const auto mean_r2 = [&](std::size_t lag) {
    double sum = 0;
    std::size_t n = 0;
    for (std::size_t v = lag; v < g.variants.size(); v += 3) {
      sum += std::pow(g.correlation(v, v - lag), 2);
      ++n;
    }
    return sum / static_cast<double>(n);
  };
  EXPECT_GT(mean_r2(1), 0.2);
  EXPECT_LT(mean_r2(20), mean_r2(1) / 2);
  EXPECT_LT(mean_r2(200), 0.02);
}

TEST(Mosaic, PopulationsDifferByTheStatedFst) {
  GenomeSettings s = small();
  s.n_variants = 3000;
  s.n_populations = 2;
  s.fst = 0.1;
  s.maf_min = 0.05;
  const Genome g = make(s, unrelated(1000, 2));
  // Hudson's estimator as a ratio of sums (Bhatia et al., Genome Research 2013).
  double above = 0;
  double below = 0;
  for (std::size_t v = 0; v < g.variants.size(); ++v) {
    const double p = g.frequency(v, 0, 2);
    const double q = g.frequency(v, 1, 2);
    above += (p - q) * (p - q) - p * (1 - p) / 999 - q * (1 - q) / 999;
    below += p * (1 - q) + q * (1 - p);
  }
  // About 1,200 independent branches; the relative SE of a mean of squared differences of that
  // many is about sqrt(2 / 1200) = 4 %, so 0.1 +- 0.02 is five of them.
  EXPECT_NEAR(above / below, 0.1, 0.02);
}

TEST(Mosaic, ChildrenInheritOneCopyFromEachParent) {
  auto people = unrelated(4);
  people[2].father = people[3].father = 0;
  people[2].mother = people[3].mother = 1;
  const Genome g = make(small(), people);
  for (std::size_t v = 0; v < g.variants.size(); ++v) {
    const std::uint8_t* a = g.alleles.data() + v * 8;
    EXPECT_TRUE(a[4] == a[0] || a[4] == a[1]);
    EXPECT_TRUE(a[5] == a[2] || a[5] == a[3]);
  }
}

TEST(Mosaic, GivesTheSameForAnyThreadsBlocksAndSubset) {
  const Genome one = make(small(), unrelated(1500), 1, 64);
  const Genome two = make(small(), unrelated(1500), 2, 7);
  EXPECT_EQ(one.alleles, two.alleles);
  // Person 1000 alone is the same as among the others.
  std::vector<Person> alone(1);
  alone[0].index = 1000;
  const Genome single = make(small(), alone);
  for (std::size_t v = 0; v < one.variants.size(); ++v) {
    EXPECT_EQ(single.alleles[2 * v], one.alleles[v * 3000 + 2000]);
  }
}

TEST(DropCalls, TakesTheStatedShareAway) {
  std::vector<std::uint8_t> alleles(200000, 0);
  drop_calls(1, 5, 0.03, 100000, alleles.data());
  std::size_t missing = 0;
  for (std::size_t i = 0; i < 100000; ++i) {
    if (alleles[2 * i] == io::kMissingAllele) ++missing;
    EXPECT_EQ(alleles[2 * i], alleles[2 * i + 1]);
  }
  // SD sqrt(100000 * .03 * .97) = 54; five of them.
  EXPECT_NEAR(static_cast<double>(missing), 3000, 270);
}

}  // namespace
}  // namespace gcrisk::pipeline
