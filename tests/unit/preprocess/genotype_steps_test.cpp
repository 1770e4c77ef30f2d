// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/random.hpp"
#include "gcrisk/preprocess/step.hpp"
#include "small_cohort.hpp"

namespace gcrisk::preprocess {
namespace {

using testing::ids;
using testing::kNaN;
using testing::with_genotypes;
using Names = std::vector<std::string>;

std::string message_of(const std::string& step, const base::Json& parameters) {
  try {
    Recipe recipe;
    recipe.add(step, parameters);
  } catch (const base::UsageError& error) {
    return error.what();
  }
  return "";
}

Names left_by(const std::string& step, const base::Json& parameters, cohort::Cohort cohort) {
  const auto context = base::Context::make();
  Recipe recipe;
  recipe.add(step, parameters);
  recipe.fit(cohort, context);
  recipe.apply(cohort, context);
  return ids(cohort);
}

TEST(FilterHwe, LooksAtControlsOfACaseControlOutcome) {
  // v0 among the controls (first 8): 4 hom, 0 het, 4 hom; among all: the cases are het.
  cohort::Cohort cohort = with_genotypes({"2222000011111111", "2110112001201120"});
  // 8 alleles of 16: P(het = 0) = C(8, 4) / C(16, 8) = 70 / 12870 = 0.00544.
  EXPECT_EQ(left_by("filter-hwe", {{"hwe", {"0.01"}}}, cohort), (Names{"v0", "v1"}));
  cohort.outcome.kind = cohort::OutcomeKind::kBinary;
  cohort.outcome.values = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};
  EXPECT_EQ(left_by("filter-hwe", {{"hwe", {"0.01"}}}, cohort), (Names{"v1"}));
  EXPECT_EQ(left_by("filter-hwe", {{"hwe", {"0.005"}}}, cohort), (Names{"v0", "v1"}));
  EXPECT_EQ(left_by("filter-hwe", {{"hwe", {"0.005", "midp"}}}, cohort), (Names{"v1"}));
  cohort.variants[0].chromosome = "X";
  EXPECT_EQ(left_by("filter-hwe", {{"hwe", {"0.01"}}}, cohort), (Names{"v0", "v1"}));
}

TEST(FilterHwe, RefusesWhatIsNoPValue) {
  EXPECT_EQ(message_of("filter-hwe", {{"hwe", {"1.5"}}}),
            "--hwe 1.5: expected a p-value in [0, 1), and then midp or nothing");
  EXPECT_EQ(message_of("filter-hwe", {{"hwe", {"midp"}}}),
            "--hwe has no p-value, expected one in [0, 1)");
}

TEST(PruneLd, DropsTheRarerOfACorrelatedPair) {
  // v0 = v1 (the later goes), v3 is v2 with one copy less (rarer), v4 does not vary.
  EXPECT_EQ(left_by("prune-ld",
                    {{"indep-pairwise", {"10", "1", "0.7"}}},
                    with_genotypes({"00112200", "00112200", "21000012", "20000012", "00000000"})),
            (Names{"v0", "v2"}));
}

TEST(PruneLd, LooksNoFurtherThanItsWindowAndChromosome) {
  auto cohort = with_genotypes({"00112200", "21010012", "00112200", "00112200"});
  cohort.variants[3].chromosome = "21";
  EXPECT_EQ(left_by("prune-ld", {{"indep-pairwise", {"2", "1", "0.9"}}}, cohort),
            (Names{"v0", "v1", "v2", "v3"}));
  EXPECT_EQ(left_by("prune-ld", {{"indep-pairwise", {"3", "1", "0.9"}}}, cohort),
            (Names{"v0", "v1", "v3"}));
  // v0 at 100 and v2 at 300: 0.2 kb apart.
  cohort.variants[2].position_bp = 1101;
  EXPECT_EQ(left_by("prune-ld", {{"indep-pairwise", {"1kb", "0.9"}}}, cohort),
            (Names{"v0", "v1", "v2", "v3"}));
  cohort.variants[2].position_bp = 1100;
  EXPECT_EQ(left_by("prune-ld", {{"indep-pairwise", {"1", "kb", "0.9"}}}, cohort),
            (Names{"v0", "v1", "v3"}));
}

TEST(PruneLd, RefusesAWindowThatIsNone) {
  EXPECT_EQ(message_of("prune-ld", {{"indep-pairwise", {"50", "0.2"}}}), "");
  EXPECT_EQ(message_of("prune-ld", {{"indep-pairwise", {"fifty", "5", "0.2"}}}),
            "--indep-pairwise fifty 5 0.2: the window is a number of variants, or of kilobases "
            "('500kb')");
  EXPECT_EQ(message_of("prune-ld", {{"indep-pairwise", {"50kb", "5", "0.2"}}}),
            "--indep-pairwise 50kb 5 0.2: with a window in kilobases the step is 1");
  EXPECT_EQ(message_of("prune-ld", {{"indep-pairwise", {"50", "5", "1.2"}}}),
            "--indep-pairwise 50 5 1.2: the r2 is a number in [0, 1)");
}

std::vector<std::string> random_genotypes(std::size_t n, std::size_t p, double missing) {
  std::vector<std::string> rows;
  for (std::size_t j = 0; j < p; ++j) {
    base::Random random(3, "genotypes", j);
    const double f = 0.1 + 0.8 * random.uniform();
    std::string row;
    for (std::size_t i = 0; i < n; ++i) {
      // Two populations, so that there is a component to find.
      const double g = std::min(0.95, i % 2 == 0 ? f : std::max(0.05, f - 0.3));
      const int count = (random.uniform() < g ? 1 : 0) + (random.uniform() < g ? 1 : 0);
      row += random.uniform() < missing ? '.' : static_cast<char>('0' + count);
    }
    rows.push_back(row);
  }
  return rows;
}

Eigen::MatrixXd standardised(const cohort::Cohort& cohort) {
  const auto n = static_cast<Eigen::Index>(cohort.n_samples());
  Eigen::MatrixXd x = Eigen::MatrixXd::Zero(n, static_cast<Eigen::Index>(cohort.variants.size()));
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    double sum = 0;
    double called = 0;
    for (Eigen::Index i = 0; i < n; ++i) {
      const int count = genotype::kA1Count[cohort.genotypes.code(static_cast<std::size_t>(j),
                                                                 static_cast<std::size_t>(i))];
      if (count < 0) continue;
      sum += count;
      called += 1;
    }
    const double f = sum / (2 * called);
    for (Eigen::Index i = 0; i < n; ++i) {
      const int count = genotype::kA1Count[cohort.genotypes.code(static_cast<std::size_t>(j),
                                                                 static_cast<std::size_t>(i))];
      if (count >= 0) x(i, j) = (count - 2 * f) / std::sqrt(2 * f * (1 - f));
    }
  }
  return x;
}

// Eigen's own decomposition of the matrix written out is the oracle, up to sign.
TEST(Pca, FindsTheSingularVectorsBothWays) {
  const auto context = base::Context::make(2);
  const cohort::Cohort cohort = with_genotypes(random_genotypes(90, 150, 0.03));
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(standardised(cohort),
                                           Eigen::ComputeThinU | Eigen::ComputeThinV);
  for (const char* method : {"exact", "randomised"}) {
    Recipe recipe;
    recipe.add("pca", {{"pca", 3}, {"pca-method", method}});
    recipe.fit(cohort, context);
    cohort::Cohort out = cohort;
    recipe.apply(out, context);
    const auto state = recipe.to_json()["steps"][0]["state"];
    for (Eigen::Index c = 0; c < 3; ++c) {
      const double eigenvalue = svd.singularValues()[c] * svd.singularValues()[c] / 150;
      EXPECT_NEAR(
          state["eigenvalues"][static_cast<std::size_t>(c)].get<double>() / eigenvalue, 1, 1e-5);
      const auto& column = out.clinical.columns()[static_cast<std::size_t>(c)];
      EXPECT_EQ(column.field.name, "PC" + std::to_string(c + 1));
      const Eigen::Map<const Eigen::VectorXd> scores(column.numbers.data(), 90);
      EXPECT_NEAR(std::abs(scores.dot(svd.matrixU().col(c))), 1, 1e-4) << method;
    }
  }
}

TEST(Pca, ProjectsOthersWithSwappedAllelesAndFewerVariants) {
  const auto context = base::Context::make();
  const cohort::Cohort cohort = with_genotypes(random_genotypes(40, 30, 0));
  Recipe recipe;
  recipe.add("pca", {{"pca", 2}});
  recipe.fit(cohort, context);
  EXPECT_EQ(recipe.needed_variants().size(), 30);
  const Recipe again = Recipe::from_json(recipe.to_json(), recipe.tensors());
  cohort::Cohort straight = cohort;
  again.apply(straight, context);

  auto rows = random_genotypes(40, 30, 0);
  for (char& c : rows[4]) c = static_cast<char>('0' + '2' - c);
  cohort::Cohort swapped = with_genotypes(rows);
  std::swap(swapped.variants[4].a1, swapped.variants[4].a2);
  again.apply(swapped, context);
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_NEAR(
        swapped.clinical.columns()[0].numbers[i], straight.clinical.columns()[0].numbers[i], 1e-12);
  }
  cohort::Cohort fewer = cohort;
  const std::vector<std::uint32_t> kept = {0, 1, 2};
  fewer.keep_variants(kept);
  again.apply(fewer, context);
  EXPECT_EQ(fewer.clinical.n_columns(), 2);
  fewer = testing::people(4);
  try {
    again.apply(fewer, context);
    FAIL();
  } catch (const base::MismatchError& error) {
    EXPECT_STREQ(error.what(),
                 "none of the 30 variants of the principal components is among the genotypes");
  }
}

TEST(Pca, RefusesMoreComponentsThanThereAre) {
  Recipe recipe;
  recipe.add("pca", {{"pca", 5}});
  try {
    recipe.fit(with_genotypes({"0120", "0011"}), base::Context::make());
    FAIL();
  } catch (const base::DegenerateError& error) {
    EXPECT_STREQ(error.what(),
                 "--pca 5: 4 training samples and 2 autosomal variants that vary have fewer "
                 "components");
  }
}

}  // namespace
}  // namespace gcrisk::preprocess
