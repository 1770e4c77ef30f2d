// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "components.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "gcrisk/base/random.hpp"

namespace gcrisk::preprocess {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t kExtra = 10;  // vectors beyond those asked for
constexpr std::size_t kRounds = 12;
constexpr double kSettled = 1e-6;

// Loadings that belong to left vectors, and the sign of each component: the sample with the
// largest entry is positive, so that the same data give the same component.
Components finish(MatrixXd left,
                  VectorXd singular_values,
                  const genotype::GenotypeView& view,
                  std::span<const genotype::CodeTable> tables,
                  const base::Context& context) {
  Components out;
  for (Index c = 0; c < left.cols(); ++c) {
    Index at = 0;
    left.col(c).cwiseAbs().maxCoeff(&at);
    if (left(at, c) < 0) left.col(c) *= -1;
  }
  out.right.resize(static_cast<Index>(view.n_variants()), left.cols());
  genotype::multiply_transposed(view, tables, left, out.right, context);
  for (Index c = 0; c < left.cols(); ++c) out.right.col(c) /= singular_values[c];
  out.left = std::move(left);
  out.singular_values = std::move(singular_values);
  return out;
}

// Columns made orthonormal, also against `basis`; twice, so that rounding does not add up.
MatrixXd orthonormal(MatrixXd block, const Eigen::Ref<const MatrixXd>& basis) {
  for (int pass = 0; pass < 2; ++pass) {
    if (basis.cols() > 0) block -= basis * (basis.transpose() * block);
    const Eigen::HouseholderQR<MatrixXd> qr(block);
    block = qr.householderQ() * MatrixXd::Identity(block.rows(), block.cols());
  }
  return block;
}

}  // namespace

Components exact_components(const genotype::GenotypeView& view,
                            std::span<const genotype::CodeTable> tables,
                            std::size_t k,
                            const base::Context& context) {
  const MatrixXd gram = genotype::gram(view, tables, context);
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(gram);
  const auto columns = static_cast<Index>(k);
  MatrixXd left = solver.eigenvectors().rightCols(columns).rowwise().reverse();
  VectorXd values = solver.eigenvalues().tail(columns).reverse().cwiseMax(0).cwiseSqrt();
  return finish(std::move(left), std::move(values), view, tables, context);
}

Components random_components(const genotype::GenotypeView& view,
                             std::span<const genotype::CodeTable> tables,
                             std::size_t k,
                             const base::Context& context) {
  const auto n = static_cast<Index>(view.n_samples());
  const auto p = static_cast<Index>(view.n_variants());
  const auto wide = static_cast<Index>(std::min<std::size_t>(k + kExtra, view.n_samples()));
  const auto rounds =
      std::min<std::size_t>(kRounds, static_cast<std::size_t>(n / std::max<Index>(wide, 1)));
  MatrixXd start(n, wide);
  for (Index c = 0; c < wide; ++c) {
    base::Random random(context.seed, "principal components", static_cast<std::uint64_t>(c));
    for (Index i = 0; i < n; ++i) start(i, c) = random.normal();
  }
  // The basis Q of the space, and A Q for A = X̃ X̃ᵀ, block by block: each pass over the genotypes
  // gives both the next block and the projection of A.
  MatrixXd basis(n, static_cast<Index>(rounds) * wide);
  MatrixXd image(n, basis.cols());
  MatrixXd middle(p, wide);
  MatrixXd block = orthonormal(std::move(start), basis.leftCols(0));
  VectorXd values;
  MatrixXd left;
  if (context.progress) context.progress->start("principal components", rounds, "passes");
  for (std::size_t r = 0; r < rounds; ++r) {
    context.cancellation->check();
    const Index used = static_cast<Index>(r) * wide;
    basis.middleCols(used, wide) = block;
    genotype::multiply_transposed(view, tables, block, middle, context);
    image.middleCols(used, wide).setZero();
    genotype::multiply(view, tables, middle, image.middleCols(used, wide), context);
    const Index size = used + wide;
    MatrixXd small = basis.leftCols(size).transpose() * image.leftCols(size);
    small = (small + small.transpose()) / 2;
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(small);
    const auto columns = static_cast<Index>(k);
    const VectorXd now = solver.eigenvalues().tail(columns).reverse().cwiseMax(0);
    left = basis.leftCols(size) * solver.eigenvectors().rightCols(columns).rowwise().reverse();
    const bool settled = values.size() > 0 &&
                         ((now - values).array().abs() <= kSettled * now.array().max(1e-300)).all();
    values = now;
    if (context.progress) context.progress->advance();
    if (settled) break;
    block = orthonormal(image.middleCols(used, wide), basis.leftCols(size));
  }
  if (context.progress) context.progress->finish();
  return finish(std::move(left), values.cwiseSqrt(), view, tables, context);
}

}  // namespace gcrisk::preprocess
