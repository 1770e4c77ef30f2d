// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate_outcome.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace gcrisk::pipeline {
namespace {

std::vector<Person> people_of(std::size_t n) {
  std::vector<Person> people(n);
  for (std::size_t i = 0; i < n; ++i) people[i].index = i;
  return people;
}

double mean(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

double variance(const std::vector<double>& x) {
  const double m = mean(x);
  double sum = 0;
  for (const double v : x) sum += (v - m) * (v - m);
  return sum / static_cast<double>(x.size());
}

TEST(BayesAuroc, IsTheMeanOverPairsOfCaseAndControl) {
  // Risks 0.2 and 0.8. Pairs (case, control) with their weights:
  // (.8 person, .2 person): 0.8 * 0.8 = 0.64, won. (.2, .8): 0.2 * 0.2 = 0.04, lost.
  // A person with themself (same risk): .2 * .8 + .8 * .2 = 0.32, half.
  // (0.64 + 0.16) / (0.64 + 0.04 + 0.32) = 0.8.
  EXPECT_NEAR(bayes_auroc({0.8, 0.2}), 0.8, 1e-12);
  EXPECT_NEAR(bayes_auroc({0.3, 0.3, 0.3}), 0.5, 1e-12);
}

TEST(Liability, HasTheStatedSharesOfVariance) {
  const std::size_t n = 4000;
  const auto people = people_of(n);
  std::vector<std::vector<std::uint8_t>> dosages(6, std::vector<std::uint8_t>(n));
  for (std::size_t j = 0; j < dosages.size(); ++j) {
    for (std::size_t i = 0; i < n; ++i) {
      base::Random random(9, "test", j * n + i);
      dosages[j][i] =
          static_cast<std::uint8_t>((random.uniform() < 0.3) + (random.uniform() < 0.3));
    }
  }
  LiabilitySettings s;
  s.shares = {0.3, 0.1, 0.05, 0.25};
  s.n_interactions = 4;
  s.n_gene_clinical = 3;
  const ClinicalValues clinical = draw_clinical(5, people, 1);
  const Liability l = make_liability(dosages, {0, 1, 2, 3, 4, 5}, clinical, people, s);
  EXPECT_NEAR(variance(l.genetic), 0.3, 1e-9);
  EXPECT_NEAR(variance(l.epistatic), 0.1, 1e-9);
  EXPECT_NEAR(variance(l.gene_by_clinical), 0.05, 1e-9);
  EXPECT_NEAR(variance(l.from_clinical), 0.25, 1e-9);
  EXPECT_NEAR(mean(l.systematic), 0, 1e-9);
  EXPECT_NEAR(s.shares.residual(), 0.3, 1e-12);
  // The components are nearly uncorrelated: covariances have SE sqrt(v1 v2 / 4000), at most
  // 0.0043 each; six pairs twice.
  EXPECT_NEAR(variance(l.systematic), 0.7, 0.06);
}

Liability plain_liability(std::size_t n, double share) {
  Liability l;
  for (std::size_t i = 0; i < n; ++i) {
    l.systematic.push_back(std::sqrt(share) * base::Random(3, "s", i).normal());
    l.noise.push_back(base::Random(3, "e", i).normal());
  }
  return l;
}

TEST(Outcome, HasThePrevalenceAndTheTrueRiskIsCalibrated) {
  const std::size_t n = 20000;
  OutcomeSettings s;
  s.prevalence = 0.1;
  s.residual_variance = 0.5;
  const SimulatedOutcome o = make_outcome(plain_liability(n, 0.5), people_of(n), s);
  EXPECT_NEAR(mean(o.risk), 0.1, 1e-6);  // by construction of the threshold
  // SE sqrt(.1 * .9 / 20000) = 0.0021; five of them.
  EXPECT_NEAR(mean(o.values), 0.1, 0.0106);
  // l is N(0, 1): the threshold is the 90 % quantile 1.2816 up to the sample's chance (SE 0.008).
  EXPECT_NEAR(o.thresholds[0], 1.2816, 0.04);
}

TEST(Outcome, ClassesShareThePrevalence) {
  const std::size_t n = 20000;
  OutcomeSettings s;
  s.kind = cohort::OutcomeKind::kMulticlass;
  s.prevalence = 0.3;
  s.n_classes = 4;
  const SimulatedOutcome o = make_outcome(plain_liability(n, 0.5), people_of(n), s);
  double counts[4] = {};
  for (const double v : o.values) ++counts[static_cast<std::size_t>(v)];
  // 0.7 and three times 0.1; SE sqrt(.7 * .3 / 20000) = 0.0032 and 0.0021; five of them.
  EXPECT_NEAR(counts[0] / 20000, 0.7, 0.0162);
  for (int c = 1; c < 4; ++c) EXPECT_NEAR(counts[c] / 20000, 0.1, 0.0106);
}

TEST(Outcome, SurvivalHasThePrevalenceOfEventsWithoutDropout) {
  const std::size_t n = 20000;
  OutcomeSettings s;
  s.kind = cohort::OutcomeKind::kSurvival;
  s.prevalence = 0.25;
  s.dropout = 0;
  const SimulatedOutcome o = make_outcome(plain_liability(n, 0.5), people_of(n), s);
  EXPECT_NEAR(mean(o.values), 0.25, 5 * std::sqrt(0.25 * 0.75 / 20000));
  for (std::size_t i = 0; i < n; ++i) {
    EXPECT_GT(o.times[i], 0);
    EXPECT_LE(o.times[i], 10);
    if (o.values[i] == 0) {
      EXPECT_EQ(o.times[i], 10);
    }
  }
  // pi / sqrt(6) / sqrt(0.5) = 1.8138.
  EXPECT_NEAR(o.log_hazard_scale, 1.8138, 1e-4);
}

TEST(DropValues, HasTheRateUnderEachMechanism) {
  const std::size_t n = 20000;
  const auto people = people_of(n);
  for (const auto mechanism :
       {MissingMechanism::kMcar, MissingMechanism::kMar, MissingMechanism::kMnar}) {
    ClinicalValues complete = draw_clinical(5, people, 1);
    ClinicalValues values = complete;
    drop_values(values, people, 0.2, mechanism, 1);
    std::size_t missing = 0;
    double age_missing = 0;
    double ldl_missing = 0;
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_FALSE(std::isnan(values.columns[0][i]));  // age
      EXPECT_FALSE(std::isnan(values.columns[1][i]));  // sex
      if (!std::isnan(values.columns[4][i])) continue;
      ++missing;
      age_missing += complete.columns[0][i];
      ldl_missing += complete.columns[4][i];
    }
    EXPECT_NEAR(static_cast<double>(missing) / n, 0.2, 5 * std::sqrt(0.2 * 0.8 / n));
    age_missing = age_missing / static_cast<double>(missing) - mean(complete.columns[0]);
    ldl_missing = ldl_missing / static_cast<double>(missing) - mean(complete.columns[4]);
    // SE of the mean over 4,000 people: 12 / sqrt(4000) = 0.19 years and 0.9 / 63 = 0.014 mmol/L.
    // A logit slope of 1 per SD at 20 % lifts the mean of the missing by about 0.7 SD.
    if (mechanism == MissingMechanism::kMcar) {
      EXPECT_NEAR(age_missing, 0, 0.95);
      EXPECT_NEAR(ldl_missing, 0, 0.07);
    } else if (mechanism == MissingMechanism::kMar) {
      EXPECT_GT(age_missing, 5);
      EXPECT_LT(ldl_missing, 0.3);  // only through its correlation of 0.1 with age
    } else {
      EXPECT_LT(age_missing, 3);
      EXPECT_GT(ldl_missing, 0.4);
    }
  }
}

}  // namespace
}  // namespace gcrisk::pipeline
