// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gcrisk/genotype/kernels.hpp"

// Tests of one variant against a class (case or control, or more than two), all of them functions
// of the class × genotype counts. Missing calls are left out. Where a test is not defined (one
// class, or one genotype only) its values are NaN.
namespace gcrisk::select {

using ClassCounts = std::span<const genotype::GenotypeCounts>;

struct ChiSquare {
  double statistic;
  double df;
};

// Alleles × classes, Pearson, r - 1 degrees of freedom: `plink --assoc`.
ChiSquare allelic_test(ClassCounts counts);

// Genotypes × classes, Pearson. Genotypes that nobody has are left out, so that df is
// (r - 1)(number of genotypes seen - 1): the GENO row of `plink --model`.
ChiSquare genotypic_test(ClassCounts counts);

// Cochran-Armitage trend in the number of A1: N R² of count and class, that is, the variance has
// the denominator N as in the TREND row of `plink --model`. For r classes the between-class sum
// of squares takes the place of the squared covariance, with r - 1 degrees of freedom.
ChiSquare trend_test(ClassCounts counts);

// Allelic odds ratio of A1, cases (second class) against controls (first class); NaN where the
// denominator is 0. Its standard error on the log scale is Woolf's.
struct OddsRatio {
  double ratio;
  double se_log;
};
OddsRatio odds_ratio(const genotype::GenotypeCounts& controls,
                     const genotype::GenotypeCounts& cases);

// x log x for whole numbers up to n, tabulated: entropies of count tables without logarithms.
class EntropyTable {
 public:
  explicit EntropyTable(std::size_t n);
  double operator[](std::size_t x) const { return values_[x]; }

 private:
  std::vector<double> values_;
};

// Mutual information of genotype and class in nats. `plug_in` is the value at the observed
// frequencies; `corrected` removes the first-order bias (Miller 1955; Madow's form: half the
// surplus of occupied cells over N), and may fall below 0. 2 N plug_in is the G statistic of the
// table, chi-square with `df` degrees of freedom where there is no association.
struct MutualInformation {
  double plug_in;
  double corrected;
  double g_statistic;
  double df;
};
MutualInformation mutual_information(ClassCounts counts, const EntropyTable& entropies);

// P(X > x) for a chi-square variable, and its decimal logarithm, which is good to 1e-8 even where
// the probability is far below the smallest double.
double chi_square_p(double x, double df);
double log10_chi_square_p(double x, double df);
// The same with p = chi_square_p(x, df) at hand.
double log10_chi_square_p(double x, double df, double p);
// Two-sided P of Student's t with `df` degrees of freedom, given t².
double t_squared_p(double t_squared, double df);
double log10_t_squared_p(double t_squared, double df, double p);
// x with P(X > x) = p for one degree of freedom.
double chi_square_quantile(double p);

// Genomic control: the median of the 1-df chi-squares that belong to the p-values over its
// expectation (Devlin and Roeder 1999). NaN where there is none. Reorders `p`.
double genomic_control_lambda(std::span<double> p);

// Benjamini-Hochberg: q[i] of each p[i], in the order given. `p` holds no NaN.
std::vector<double> false_discovery_rates(std::span<const double> p);
std::vector<double> false_discovery_rates_of_sorted(std::span<const double> p);  // ascending
// Sorts numbers that are not negative, several times faster than std::sort.
void sort_p_values(std::vector<double>& p);

}  // namespace gcrisk::select
