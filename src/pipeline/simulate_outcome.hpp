// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gcrisk/base/random.hpp"
#include "gcrisk/cohort/outcome.hpp"
#include "pipeline/simulate_clinical.hpp"

// From genotypes and clinical values to an outcome: the liability model.
//
//   l = G + I + X + C + E
//   G = sum_j b_j g_j          additive effects of causal variants
//   I = sum_(j,k) b_jk g_j g_k  epistasis
//   X = sum_(j,c) b_jc g_j z_c  gene × clinical variable
//   C = sum_c b_c z_c           clinical variables
//   E ~ N(0, 1 - the shares)
//
// g and z are standardised over the simulated population. Each component is centred and scaled so
// that its variance there is its share of the liability's variance, 1.
namespace gcrisk::pipeline {

struct LiabilityShares {
  double main = 0;
  double interaction = 0;
  double gene_clinical = 0;
  double clinical = 0;
  double residual() const { return 1 - main - interaction - gene_clinical - clinical; }
};

// A term of the liability and its effect per standard deviation (of the product, where it is one).
struct Term {
  std::size_t first = 0;   // causal variant, or clinical variable
  std::size_t second = 0;  // causal variant, or clinical variable
  double effect = 0;
};

// Moments of a causal variant's A1 count in the population.
struct Moments {
  double mean = 0;
  double sd = 0;
};

struct Liability {
  std::vector<Moments> moments;  // one a causal variant
  std::vector<Term> main;
  std::vector<Term> interactions;
  std::vector<Term> gene_clinical;
  std::vector<Term> clinical;
  // One value a person.
  std::vector<double> genetic;
  std::vector<double> epistatic;
  std::vector<double> gene_by_clinical;
  std::vector<double> from_clinical;
  std::vector<double> systematic;  // the sum of the four
  std::vector<double> noise;       // standard normal
};

struct LiabilitySettings {
  LiabilityShares shares;
  std::size_t n_interactions = 0;
  std::size_t n_gene_clinical = 0;
  bool equal_effects = false;  // else normal
  std::uint64_t seed = 1;
};

// `dosages`: one row a causal variant, one byte a person. `chromosomes`: of each causal variant;
// pairs are taken from different ones where there are several.
Liability make_liability(const std::vector<std::vector<std::uint8_t>>& dosages,
                         const std::vector<std::size_t>& chromosomes,
                         const ClinicalValues& clinical,
                         const std::vector<Person>& people,
                         const LiabilitySettings& settings);

struct OutcomeSettings {
  cohort::OutcomeKind kind = cohort::OutcomeKind::kBinary;
  double prevalence = 0.2;  // of cases; of events by the end of follow-up without dropout
  std::size_t n_classes = 3;
  double follow_up_years = 10;
  double dropout = 0.1;  // share of people who leave before the end, at any time
  double residual_variance = 0.5;
  std::uint64_t seed = 1;
};

struct SimulatedOutcome {
  std::vector<double> values;  // 0/1, class, amount, or event indicator
  std::vector<double> times;   // survival: years
  std::vector<double> risk;    // true probability of being a case (of a first event by the end of
                               // follow-up); continuous: the expected value
  std::vector<double> thresholds;  // on the liability, for binary and classes
  double log_hazard_scale = 0;     // survival: log hazard ratio per unit of systematic liability
  double baseline_hazard = 0;      // survival: Weibull rate, H0(t) = rate t^shape
  double weibull_shape = 1.5;
};

SimulatedOutcome make_outcome(const Liability& liability,
                              const std::vector<Person>& people,
                              const OutcomeSettings& settings);

// AUROC of the true risk, the best that any model can reach: the mean over pairs of a case and a
// control, where each person is a case with probability `risk`. Ties count one half.
double bayes_auroc(const std::vector<double>& risk);

double normal_cdf(double x);

}  // namespace gcrisk::pipeline
