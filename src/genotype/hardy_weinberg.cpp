// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/genotype/hardy_weinberg.hpp"

#include <algorithm>

namespace gcrisk::genotype {

namespace {

// Probabilities that differ by less than this (relative) are equally likely, and differ only by
// rounding.
constexpr double kTie = 1e-12;

struct Sums {
  double all = 1;    // relative to the probability of what was seen
  double tail = 1;   // at most as likely as what was seen
  double equal = 1;  // as likely as what was seen

  // False once nothing further can count.
  bool add(double p) {
    all += p;
    if (p <= 1 + kTie) tail += p;
    if (p <= 1 + kTie && p >= 1 - kTie) equal += p;
    return p > all * 1e-18;
  }
};

}  // namespace

double hardy_weinberg_p(std::uint32_t hom_a1, std::uint32_t het, std::uint32_t hom_a2, bool mid_p) {
  const double rare_seen = std::min(hom_a1, hom_a2);
  const double common_seen = std::max(hom_a1, hom_a2);
  Sums sums;
  // Neighbouring numbers of heterozygotes h and h - 2 with r and c homozygotes of either kind:
  // P(h - 2) / P(h) = h (h - 1) / (4 (r + 1) (c + 1)).
  double p = 1;
  double h = het;
  double r = rare_seen;
  double c = common_seen;
  while (h >= 2) {
    p *= h * (h - 1) / (4 * (r + 1) * (c + 1));
    h -= 2;
    r += 1;
    c += 1;
    if (!sums.add(p)) break;
  }
  p = 1;
  h = het;
  r = rare_seen;
  c = common_seen;
  while (r >= 1) {
    p *= 4 * r * c / ((h + 2) * (h + 1));
    h += 2;
    r -= 1;
    c -= 1;
    if (!sums.add(p)) break;
  }
  const double p_value = (mid_p ? sums.tail - sums.equal / 2 : sums.tail) / sums.all;
  return std::min(p_value, 1.0);
}

}  // namespace gcrisk::genotype
