// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <limits>

#include "gcrisk/genotype/kernels.hpp"
#include "gcrisk/genotype/row_words.hpp"

namespace gcrisk::genotype {

namespace {

// Samples called in both variants, by their pair of genotypes. With x = count - 1 in {-1, 0, 1}
// a product is +1 where both are homozygous alike, -1 where they are homozygous and differ.
struct PairCounts {
  std::int64_t n = 0;
  std::int64_t hom_a1_x = 0, het_x = 0;
  std::int64_t hom_a1_y = 0, het_y = 0;
  std::int64_t both_hom = 0, opposite = 0;

  void add(std::uint64_t x, std::uint64_t y, std::uint64_t valid) {
    const std::uint64_t xl = x & kLowBits, xh = x >> 1 & kLowBits;
    const std::uint64_t yl = y & kLowBits, yh = y >> 1 & kLowBits;
    // Missing is low without high.
    const std::uint64_t called = valid & ~(xl & ~xh) & ~(yl & ~yh);
    const std::uint64_t het_in_x = called & (xh ^ xl);  // not missing, so high without low
    const std::uint64_t het_in_y = called & (yh ^ yl);
    const std::uint64_t hom = called & ~(het_in_x | het_in_y);
    n += std::popcount(called);
    het_x += std::popcount(het_in_x);
    het_y += std::popcount(het_in_y);
    hom_a1_x += std::popcount(called & ~xh);
    hom_a1_y += std::popcount(called & ~yh);
    both_hom += std::popcount(hom);
    opposite += std::popcount(hom & (xh ^ yh));
  }

  PairSums sums() const {
    const std::int64_t sum_x = 2 * hom_a1_x + het_x;
    const std::int64_t sum_y = 2 * hom_a1_y + het_y;
    // Σxy = Σ(x-1)(y-1) + Σx + Σy - n.
    return {n,
            sum_x,
            sum_y,
            4 * hom_a1_x + het_x,
            4 * hom_a1_y + het_y,
            both_hom - 2 * opposite + sum_x + sum_y - n};
  }
};

}  // namespace

double PairSums::r_squared() const {
  const auto size = static_cast<double>(n);
  const double cov =
      size * static_cast<double>(sum_xy) - static_cast<double>(sum_x) * static_cast<double>(sum_y);
  const double var_x =
      size * static_cast<double>(sum_xx) - static_cast<double>(sum_x) * static_cast<double>(sum_x);
  const double var_y =
      size * static_cast<double>(sum_yy) - static_cast<double>(sum_y) * static_cast<double>(sum_y);
  if (!(var_x > 0) || !(var_y > 0)) return std::numeric_limits<double>::quiet_NaN();
  return cov * cov / (var_x * var_y);
}

PairSums pair_sums(const std::uint8_t* row_x, const std::uint8_t* row_y, std::size_t n_samples) {
  const std::size_t whole = n_samples / 32;
  PairCounts counts;
  for (std::size_t w = 0; w < whole; ++w) {
    counts.add(load_whole_word(row_x, w), load_whole_word(row_y, w), kLowBits);
  }
  if (n_samples % 32 != 0) {
    const std::size_t row_bytes = packed_bytes(n_samples);
    counts.add(load_word(row_x, row_bytes, whole),
               load_word(row_y, row_bytes, whole),
               valid_fields(n_samples, whole));
  }
  return counts.sums();
}

}  // namespace gcrisk::genotype
