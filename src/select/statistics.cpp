// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/select/statistics.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace gcrisk::select {

namespace {
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
}

ChiSquare allelic_test(ClassCounts counts) {
  double a1 = 0;
  double all = 0;
  double df = -1;
  for (const auto& c : counts) {
    a1 += c.a1_alleles();
    all += 2.0 * c.called();
    if (c.called() > 0) ++df;
  }
  const double a2 = all - a1;
  if (df < 1 || a1 == 0 || a2 == 0) return {kNaN, kNaN};
  // For a table of two rows the sum over both collapses to one term a class.
  double sum = 0;
  for (const auto& c : counts) {
    const double n = 2.0 * c.called();
    if (n == 0) continue;
    const double excess = c.a1_alleles() - n * a1 / all;
    sum += excess * excess / n;
  }
  return {sum * all * all / (a1 * a2), df};
}

ChiSquare genotypic_test(ClassCounts counts) {
  std::array<double, 3> genotypes{};
  double classes = 0;
  double n = 0;
  for (const auto& c : counts) {
    genotypes[0] += c.hom_a1;
    genotypes[1] += c.het;
    genotypes[2] += c.hom_a2;
    n += c.called();
    if (c.called() > 0) ++classes;
  }
  double seen = 0;
  for (const double g : genotypes) seen += g > 0 ? 1 : 0;
  if (classes < 2 || seen < 2) return {kNaN, kNaN};
  double sum = 0;
  for (const auto& c : counts) {
    if (c.called() == 0) continue;
    const std::array<double, 3> cells = {
        static_cast<double>(c.hom_a1), static_cast<double>(c.het), static_cast<double>(c.hom_a2)};
    for (std::size_t g = 0; g < 3; ++g) {
      if (genotypes[g] == 0) continue;
      const double expected = genotypes[g] * c.called() / n;
      sum += (cells[g] - expected) * (cells[g] - expected) / expected;
    }
  }
  return {sum, (classes - 1) * (seen - 1)};
}

ChiSquare trend_test(ClassCounts counts) {
  double n = 0;
  double sum = 0;
  double squares = 0;
  double df = -1;
  for (const auto& c : counts) {
    n += c.called();
    sum += c.a1_alleles();
    squares += 4.0 * c.hom_a1 + c.het;
    if (c.called() > 0) ++df;
  }
  const double variance = n * squares - sum * sum;  // n² times the variance
  if (df < 1 || !(variance > 0)) return {kNaN, kNaN};
  double between = 0;
  for (const auto& c : counts) {
    if (c.called() == 0) continue;
    const double excess = c.a1_alleles() * n - sum * c.called();  // n n_c (mean_c - mean)
    between += excess * excess / c.called();
  }
  return {between / variance, df};
}

OddsRatio odds_ratio(const genotype::GenotypeCounts& controls,
                     const genotype::GenotypeCounts& cases) {
  const double a = cases.a1_alleles();
  const double b = 2.0 * cases.called() - a;
  const double c = controls.a1_alleles();
  const double d = 2.0 * controls.called() - c;
  if (b * c == 0) return {kNaN, kNaN};
  return {a * d / (b * c), a * d == 0 ? kNaN : std::sqrt(1 / a + 1 / b + 1 / c + 1 / d)};
}

EntropyTable::EntropyTable(std::size_t n) : values_(n + 1) {
  for (std::size_t x = 1; x <= n; ++x) {
    values_[x] = static_cast<double>(x) * std::log(static_cast<double>(x));
  }
}

MutualInformation mutual_information(ClassCounts counts, const EntropyTable& entropies) {
  std::array<std::size_t, 3> genotypes{};
  std::size_t n = 0;
  double classes = 0;
  double cells = 0;
  double sum = 0;
  for (const auto& c : counts) {
    genotypes[0] += c.hom_a1;
    genotypes[1] += c.het;
    genotypes[2] += c.hom_a2;
    n += c.called();
    sum += entropies[c.hom_a1] + entropies[c.het] + entropies[c.hom_a2] - entropies[c.called()];
    classes += c.called() > 0 ? 1 : 0;
    cells += (c.hom_a1 > 0 ? 1 : 0) + (c.het > 0 ? 1 : 0) + (c.hom_a2 > 0 ? 1 : 0);
  }
  double seen = 0;
  for (const std::size_t g : genotypes) {
    sum -= entropies[g];
    seen += g > 0 ? 1 : 0;
  }
  if (n == 0) return {kNaN, kNaN, kNaN, kNaN};
  const auto size = static_cast<double>(n);
  const double plug_in = std::max(0.0, (sum + entropies[n]) / size);
  const double corrected = plug_in - (cells - classes - seen + 1) / (2 * size);
  const double df = (classes - 1) * (seen - 1);
  if (df == 0) return {0, 0, kNaN, kNaN};
  return {plug_in, corrected, 2 * size * plug_in, df};
}

}  // namespace gcrisk::select
