// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "gcrisk/base/random.hpp"
#include "gcrisk/cohort/dataset.hpp"

// Small random cohorts for tests of models.
namespace gcrisk::test {

struct CohortShape {
  std::size_t n_samples = 120;
  std::size_t n_variants = 20;
  std::size_t n_clinical = 3;
  std::size_t n_molecular = 0;
  cohort::OutcomeKind outcome = cohort::OutcomeKind::kBinary;
  double missing = 0.03;
  std::uint64_t seed = 1;
};

inline genotype::GenotypeView random_genotypes(std::size_t n,
                                               std::size_t p,
                                               double missing,
                                               std::uint64_t seed) {
  const std::size_t row_bytes = genotype::packed_bytes(n);
  std::vector<std::uint8_t> bytes(row_bytes * p);
  for (std::size_t j = 0; j < p; ++j) {
    base::Random random(seed, "test genotypes", j);
    const double frequency = 0.1 + 0.4 * random.uniform();
    for (std::size_t i = 0; i < n; ++i) {
      const int copies = (random.uniform() < frequency) + (random.uniform() < frequency);
      unsigned code = copies == 2   ? genotype::kHomA1
                      : copies == 1 ? genotype::kHet
                                    : genotype::kHomA2;
      if (random.uniform() < missing) code = genotype::kMissing;
      bytes[j * row_bytes + i / 4] |= static_cast<std::uint8_t>(code << 2 * (i % 4));
    }
  }
  return genotype::GenotypeView(genotype::PackedMatrix::own(std::move(bytes), n, p));
}

inline cohort::Dataset random_cohort(const CohortShape& shape) {
  cohort::Dataset data;
  const std::size_t n = shape.n_samples;
  base::Random random(shape.seed, "test cohort");
  for (std::size_t i = 0; i < n; ++i) data.ids.push_back("p" + std::to_string(i));
  data.genotypes = random_genotypes(n, shape.n_variants, shape.missing, shape.seed);
  for (std::size_t j = 0; j < shape.n_variants; ++j) {
    data.variants.push_back(
        {"1", static_cast<std::int64_t>(1000 * (j + 1)), "rs" + std::to_string(j), "A", "G", 0});
  }
  const auto fill = [&](Eigen::MatrixXd& m,
                        std::vector<std::string>& names,
                        std::size_t columns,
                        const std::string& stem) {
    m.resize(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(columns));
    for (Eigen::Index c = 0; c < m.cols(); ++c) {
      names.push_back(stem + std::to_string(c));
      for (Eigen::Index i = 0; i < m.rows(); ++i)
        m(i, c) = 5.0 * static_cast<double>(c) + 2 * random.normal();
    }
  };
  fill(data.clinical, data.clinical_names, shape.n_clinical, "clin");
  fill(data.molecular, data.molecular_names, shape.n_molecular, "gene");
  data.outcome.kind = shape.outcome;
  data.outcome.name = "y";
  if (shape.outcome == cohort::OutcomeKind::kBinary) data.outcome.levels = {"control", "case"};
  if (shape.outcome == cohort::OutcomeKind::kMulticlass) data.outcome.levels = {"a", "b", "c"};
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    double eta = 0;
    for (std::size_t j = 0; j < std::min<std::size_t>(3, shape.n_variants); ++j) {
      const int copies = genotype::kA1Count[data.genotypes.code(j, i)];
      eta += (copies < 0 ? 0.0 : copies - 0.6) * (j == 1 ? -0.8 : 0.8);
    }
    if (shape.n_clinical > 0) eta += 0.3 * data.clinical(row, 0);
    const double noise = random.normal();
    double y = eta + noise;
    if (shape.outcome == cohort::OutcomeKind::kBinary) y = y > 0 ? 1 : 0;
    if (shape.outcome == cohort::OutcomeKind::kMulticlass) y = y < -0.7 ? 0 : y < 0.7 ? 1 : 2;
    if (shape.outcome == cohort::OutcomeKind::kSurvival) {
      data.outcome.times.push_back(0.05 + random.exponential() * std::exp(-eta));
      y = random.uniform() < 0.7 ? 1 : 0;
    }
    data.outcome.values.push_back(y);
  }
  return data;
}

// The columns as numbers, a missing genotype at the mean of its variant: for brute-force answers.
inline Eigen::MatrixXd as_matrix(const cohort::Dataset& data) {
  Eigen::MatrixXd x(static_cast<Eigen::Index>(data.n_samples()),
                    static_cast<Eigen::Index>(data.n_features()));
  for (std::size_t j = 0; j < data.n_variants(); ++j) {
    const auto c = static_cast<Eigen::Index>(j);
    double sum = 0;
    double called = 0;
    for (std::size_t i = 0; i < data.n_samples(); ++i) {
      const int copies = genotype::kA1Count[data.genotypes.code(j, i)];
      sum += copies < 0 ? 0 : copies;
      called += copies >= 0;
    }
    for (std::size_t i = 0; i < data.n_samples(); ++i) {
      const int copies = genotype::kA1Count[data.genotypes.code(j, i)];
      x(static_cast<Eigen::Index>(i), c) = copies < 0 ? sum / called : copies;
    }
  }
  const auto v = static_cast<Eigen::Index>(data.n_variants());
  x.middleCols(v, data.clinical.cols()) = data.clinical;
  x.rightCols(data.molecular.cols()) = data.molecular;
  return x;
}

}  // namespace gcrisk::test
