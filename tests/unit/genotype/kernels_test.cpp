// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/genotype/kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "gcrisk/base/random.hpp"
#include "genotype/kernels_reference.hpp"

namespace gcrisk::genotype {
namespace {

using base::Context;
using base::Random;

// Random calls with about 5 % missing; the unused bits of each row's last byte are random too.
GenotypeView random_view(std::size_t n_samples, std::size_t n_variants, std::uint64_t seed) {
  Random random(seed, "kernels");
  std::vector<std::uint8_t> bytes(packed_bytes(n_samples) * n_variants);
  for (auto& byte : bytes) {
    for (unsigned k = 0; k < 4; ++k) {
      const double u = random.uniform();
      const unsigned code = u < 0.05 ? kMissing : u < 0.2 ? kHomA1 : u < 0.5 ? kHet : kHomA2;
      byte = static_cast<std::uint8_t>(byte | code << 2 * k);
    }
  }
  return GenotypeView(PackedMatrix::own(std::move(bytes), n_samples, n_variants));
}

Eigen::MatrixXd random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  Random random(seed, "matrix");
  Eigen::MatrixXd m(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
  for (double& x : m.reshaped()) x = random.normal();
  return m;
}

std::vector<CodeTable> random_tables(std::size_t n, std::uint64_t seed) {
  Random random(seed, "tables");
  std::vector<CodeTable> tables(n);
  for (auto& table : tables) {
    for (double& value : table) value = random.normal();
  }
  return tables;
}

// Lengths around every block that a kernel could be cut into.
const std::size_t kLengths[] = {1,   2,   3,   4,   5,   31,  32,  33,  63,   64,   65,  96,
                                127, 128, 129, 131, 255, 256, 257, 511, 1023, 1025, 2051};

class Kernels : public testing::TestWithParam<std::size_t> {
 protected:
  std::size_t n() const { return GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(Lengths,
                         Kernels,
                         testing::ValuesIn(kLengths),
                         testing::PrintToStringParamName());

TEST_P(Kernels, CountRowAgreesWithCountingOneByOne) {
  const auto view = random_view(n(), 5, 1);
  RowScratch scratch;
  for (std::size_t j = 0; j < 5; ++j) {
    const auto* row = view.row(j, scratch);
    EXPECT_EQ(count_row(row, n()), reference::count_row(row, n()));
  }
}

TEST_P(Kernels, CountsWithinMasksAndClassesAgree) {
  const auto view = random_view(n(), 4, 2);
  Random random(5, "classes");
  std::vector<std::int32_t> class_of(n());
  for (auto& c : class_of) c = static_cast<std::int32_t>(random.below(4)) - 1;
  std::vector<SampleMask> masks;
  std::vector<std::vector<std::uint8_t>> belongs(3, std::vector<std::uint8_t>(n()));
  for (std::size_t i = 0; i < n(); ++i) {
    if (class_of[i] >= 0) belongs[static_cast<std::size_t>(class_of[i])][i] = 1;
  }
  for (const auto& b : belongs) masks.push_back(SampleMask::where(b));
  const ClassCounter counter(class_of, 3);
  RowScratch scratch;
  for (std::size_t j = 0; j < 4; ++j) {
    const auto* row = view.row(j, scratch);
    std::vector<GenotypeCounts> by_mask(3);
    std::vector<GenotypeCounts> by_class(3);
    count_row(row, masks, by_mask);
    counter.count(row, by_class);
    for (std::size_t c = 0; c < 3; ++c) {
      const auto expected = reference::count_row(row, n(), belongs[c]);
      EXPECT_EQ(by_mask[c], expected);
      EXPECT_EQ(by_class[c], expected);
    }
  }
}

TEST_P(Kernels, DecodedRowsHoldTheTable) {
  const auto view = random_view(n(), 3, 3);
  const auto tables = random_tables(3, 4);
  const auto expected = reference::decode(view, tables);
  RowScratch scratch;
  for (std::size_t j = 0; j < 3; ++j) {
    // One value more than the row needs, to see that nothing is written past its end.
    std::vector<double> doubles(n() + 1, 77);
    std::vector<float> floats(n() + 1, 77);
    decode_row(view.row(j, scratch), n(), tables[j], doubles.data());
    decode_row(view.row(j, scratch), n(), tables[j], floats.data());
    for (std::size_t i = 0; i < n(); ++i) {
      const double value = expected(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
      EXPECT_EQ(doubles[i], value);
      EXPECT_EQ(floats[i], static_cast<float>(value));
    }
    EXPECT_EQ(doubles[n()], 77);
    EXPECT_EQ(floats[n()], 77);
  }
}

TEST_P(Kernels, DotAndAddAgreeWithDecodedVectors) {
  const auto view = random_view(n(), 3, 5);
  const auto tables = random_tables(3, 6);
  const Eigen::MatrixXd x = reference::decode(view, tables);
  const Eigen::VectorXd w = random_matrix(n(), 1, 7);
  RowScratch scratch;
  for (std::size_t j = 0; j < 3; ++j) {
    const auto column = x.col(static_cast<Eigen::Index>(j));
    // Sums of n terms of order 1 in another order: n rounding errors of 1e-16 at most.
    EXPECT_NEAR(dot_row(view.row(j, scratch), n(), tables[j], w.data()),
                column.dot(w),
                1e-14 * static_cast<double>(n() + 10));
    Eigen::VectorXd y = w;
    add_row(view.row(j, scratch), n(), tables[j], -1.5, y.data());
    EXPECT_LT((y - (w - 1.5 * column)).cwiseAbs().maxCoeff(), 1e-14);
  }
}

TEST_P(Kernels, WeightedSumsAgreeForAnyNumberOfColumns) {
  const auto view = random_view(n(), 13, 8);
  for (const std::size_t k : {1, 2, 3, 5}) {
    const Eigen::MatrixXd w = random_matrix(n(), k, 9);
    const Eigen::MatrixXd expected = reference::weighted_sums(view, 2, 11, w);
    Eigen::MatrixXd out = Eigen::MatrixXd::Constant(expected.rows(), expected.cols(), 99);
    weighted_sums(view, 2, 11, w, out);
    EXPECT_LT((out - expected).cwiseAbs().maxCoeff(), 1e-14 * static_cast<double>(n() + 10));
  }
}

TEST_P(Kernels, ProductsAgreeWithTheDecodedMatrix) {
  const auto view = random_view(n(), 37, 10);
  const auto tables = random_tables(37, 11);
  const Eigen::MatrixXd x = reference::decode(view, tables);
  const auto context = Context::make(2);
  const double tolerance = 1e-13 * static_cast<double>(n() + 37);
  for (const std::size_t k : {1, 2, 4, 7}) {
    const Eigen::MatrixXd b = random_matrix(37, k, 12);
    const Eigen::MatrixXd start = random_matrix(n(), k, 13);
    Eigen::MatrixXd y = start;
    multiply(view, tables, b, y, context);
    EXPECT_LT((y - start - x * b).cwiseAbs().maxCoeff(), tolerance);
    Eigen::MatrixXd z = Eigen::MatrixXd::Constant(37, static_cast<Eigen::Index>(k), 99);
    multiply_transposed(view, tables, start, z, context);
    EXPECT_LT((z - x.transpose() * start).cwiseAbs().maxCoeff(), tolerance);
  }
  EXPECT_LT((gram(view, tables, context) - x * x.transpose()).cwiseAbs().maxCoeff(), 1e-12);
}

TEST_P(Kernels, PairSumsAgreeWithAddingOneByOne) {
  const auto view = random_view(n(), 4, 14);
  RowScratch a;
  RowScratch b;
  for (std::size_t j = 1; j < 4; ++j) {
    const auto fast = pair_sums(view.row(0, a), view.row(j, b), n());
    const auto slow = reference::pair_sums(view.row(0, a), view.row(j, b), n());
    EXPECT_EQ(fast.n, slow.n);
    EXPECT_EQ(fast.sum_x, slow.sum_x);
    EXPECT_EQ(fast.sum_y, slow.sum_y);
    EXPECT_EQ(fast.sum_xx, slow.sum_xx);
    EXPECT_EQ(fast.sum_yy, slow.sum_yy);
    EXPECT_EQ(fast.sum_xy, slow.sum_xy);
  }
}

// Batches of variants and views that leave samples and variants out.
TEST(ProductsOfViews, AgreeWhereRowsMustBeGathered) {
  const auto whole = random_view(303, 1201, 20);
  std::vector<std::uint32_t> samples;
  std::vector<std::uint32_t> variants;
  for (std::uint32_t i = 0; i < 303; ++i) {
    if (i % 3 != 1) samples.push_back(i);
  }
  for (std::uint32_t j = 1201; j-- > 0;) {
    if (j % 7 != 2) variants.push_back(j);
  }
  const auto view = whole.with_samples(samples).with_variants(variants);
  const auto tables = random_tables(view.n_variants(), 21);
  const Eigen::MatrixXd x = reference::decode(view, tables);
  const auto one = Context::make(1);
  const auto two = Context::make(2);
  for (const std::size_t k : {1, 3, 6}) {
    Eigen::MatrixXd b = random_matrix(view.n_variants(), k, 22);
    b.topRows(100).setZero();
    const Eigen::MatrixXd w = random_matrix(view.n_samples(), k, 23);
    Eigen::MatrixXd y1 = Eigen::MatrixXd::Zero(w.rows(), w.cols());
    Eigen::MatrixXd y2 = y1;
    multiply(view, tables, b, y1, one);
    multiply(view, tables, b, y2, two);
    EXPECT_TRUE(y1 == y2);  // the number of threads changes nothing, not even rounding
    EXPECT_LT((y1 - x * b).cwiseAbs().maxCoeff(), 1e-10);
    Eigen::MatrixXd z1(b.rows(), b.cols());
    Eigen::MatrixXd z2 = z1;
    multiply_transposed(view, tables, w, z1, one);
    multiply_transposed(view, tables, w, z2, two);
    EXPECT_TRUE(z1 == z2);
    EXPECT_LT((z1 - x.transpose() * w).cwiseAbs().maxCoeff(), 1e-10);
    Eigen::MatrixXd sums(4 * b.rows(), b.cols());
    weighted_sums(view, w, sums, two);
    EXPECT_LT(
        (sums - reference::weighted_sums(view, 0, view.n_variants(), w)).cwiseAbs().maxCoeff(),
        1e-11);
  }
  EXPECT_TRUE(gram(view, tables, one) == gram(view, tables, two));
}

TEST(PairSums, SquaredCorrelationByHand) {
  // x = 2 1 0 1 missing, y = 2 0 0 1 2: over the first four, Σx 4, Σy 3, Σxx 6, Σyy 5, Σxy 5;
  // cov = 4*5 - 4*3 = 8, var_x = 24 - 16 = 8, var_y = 20 - 9 = 11, r² = 64/88.
  const std::uint8_t x[] = {kHomA1 | kHet << 2 | kHomA2 << 4 | kHet << 6, kMissing};
  const std::uint8_t y[] = {kHomA1 | kHomA2 << 2 | kHomA2 << 4 | kHet << 6, kHomA1};
  EXPECT_DOUBLE_EQ(pair_sums(x, y, 5).r_squared(), 64.0 / 88.0);
  const std::uint8_t constant[] = {0, 0};
  EXPECT_TRUE(std::isnan(pair_sums(x, constant, 5).r_squared()));
}

TEST(StandardisedTable, HasMeanZeroAndVarianceOneOverTheCalls) {
  // 1, 2, 3 calls of 2, 1, 0: mean 4/6, variance 6/6 - 16/36 = 20/36.
  const auto table = standardised_table({1, 2, 3, 4});
  EXPECT_DOUBLE_EQ(table[kHomA1], (2 - 4.0 / 6) / std::sqrt(20.0 / 36));
  EXPECT_EQ(table[kMissing], 0);
  EXPECT_NEAR(table[kHomA1] + 2 * table[kHet] + 3 * table[kHomA2], 0, 1e-15);
  EXPECT_EQ(standardised_table({0, 0, 6, 1}), (CodeTable{0, 0, 0, 0}));
  // p = 1/3: sd of Hardy-Weinberg sqrt(2 * 1/3 * 2/3) = 2/3.
  EXPECT_DOUBLE_EQ(standardised_table({1, 2, 3, 4}, Scale::kBinomial)[kHet], (1 - 2.0 / 3) * 1.5);
}

}  // namespace
}  // namespace gcrisk::genotype
