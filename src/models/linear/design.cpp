// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/linear/design.hpp"

#include <algorithm>
#include <cmath>

#include "gcrisk/base/error.hpp"

namespace gcrisk::models::linear {

namespace {

using Eigen::Index;

// Features decoded at once inside a product.
constexpr std::size_t kTileFeatures = 192;

void check_complete(const Eigen::MatrixXd& values, const std::vector<std::string>& names) {
  for (Index c = 0; c < values.cols(); ++c) {
    for (Index i = 0; i < values.rows(); ++i) {
      if (std::isfinite(values(i, c))) continue;
      throw base::MismatchError("column '" + names[static_cast<std::size_t>(c)] +
                                    "' has a missing or infinite value, a regression needs numbers",
                                "fill it in with gcrisk preprocess --impute mean");
    }
  }
}

}  // namespace

Design::Design(const cohort::Dataset& data, bool scale_dense, const base::Context& context)
    : n_samples_(data.n_samples()), view_(data.genotypes.compact()) {
  check_complete(data.clinical, data.clinical_names);
  check_complete(data.molecular, data.molecular_names);
  const auto counts = data.n_variants() == 0 ? std::vector<genotype::GenotypeCounts>()
                                             : genotype::count_genotypes(view_, context);
  for (const auto& count : counts) {
    const genotype::CodeTable table = genotype::standardised_table(count);
    const double n = count.called();
    const double mean = n == 0 ? 0.0 : count.a1_alleles() / n;
    const double step = table[genotype::kHomA1] - table[genotype::kHet];
    tables_.push_back(table);
    mean_.push_back(mean);
    sd_.push_back(step > 0 ? 1 / step : 1.0);
    constant_.push_back(step > 0 ? 0 : 1);
  }
  const auto n = static_cast<Index>(n_samples_);
  dense_.resize(n, data.clinical.cols() + data.molecular.cols());
  for (Index c = 0; c < dense_.cols(); ++c) {
    auto column = dense_.col(c);
    column = c < data.clinical.cols() ? data.clinical.col(c)
                                      : data.molecular.col(c - data.clinical.cols());
    const double mean = column.mean();
    column.array() -= mean;
    const double sd = std::sqrt(column.squaredNorm() / static_cast<double>(n));
    const bool constant = !(sd > 1e-10 * std::max(1.0, std::abs(mean)));
    if (constant) {
      column.setZero();
    } else if (scale_dense) {
      column /= sd;
    }
    mean_.push_back(mean);
    sd_.push_back(constant || !scale_dense ? 1.0 : sd);
    constant_.push_back(constant ? 1 : 0);
  }
}

Eigen::MatrixXd Design::transposed(const Eigen::MatrixXd& r, const base::Context& context) const {
  Eigen::MatrixXd z(static_cast<Index>(n_features()), r.cols());
  const auto v = static_cast<Index>(n_variants());
  if (v > 0) genotype::multiply_transposed(view_, tables_, r, z.topRows(v), context);
  z.bottomRows(dense_.cols()).noalias() = dense_.transpose() * r;
  return z;
}

Eigen::MatrixXd Design::transposed(const Features& features,
                                   const Eigen::MatrixXd& r,
                                   const base::Context& context) const {
  Eigen::MatrixXd z(static_cast<Index>(features.size()), r.cols());
  context.for_chunks(features.size(), 32, [&](std::size_t begin, std::size_t end) {
    genotype::RowScratch scratch;
    for (std::size_t s = begin; s < end; ++s) {
      const std::uint32_t j = features[s];
      const auto row = static_cast<Index>(s);
      for (Index c = 0; c < r.cols(); ++c) {
        if (j < n_variants()) {
          z(row, c) =
              genotype::dot_row(view_.row(j, scratch), n_samples_, tables_[j], r.col(c).data());
        } else if (j == intercept()) {
          z(row, c) = r.col(c).sum();
        } else {
          z(row, c) = dense_.col(static_cast<Index>(j - n_variants())).dot(r.col(c));
        }
      }
    }
  });
  return z;
}

void Design::add(const Features& features,
                 const Eigen::MatrixXd& b,
                 Eigen::MatrixXd& eta,
                 const base::Context& context) const {
  std::vector<std::uint32_t> variants;
  std::vector<genotype::CodeTable> tables;
  std::vector<Index> at;
  for (std::size_t s = 0; s < features.size(); ++s) {
    const std::uint32_t j = features[s];
    const auto row = static_cast<Index>(s);
    if (b.row(row).isZero(0)) continue;
    if (j < n_variants()) {
      variants.push_back(j);
      tables.push_back(tables_[j]);
      at.push_back(row);
    } else if (j == intercept()) {
      eta.rowwise() += b.row(row);
    } else {
      eta.noalias() += dense_.col(static_cast<Index>(j - n_variants())) * b.row(row);
    }
  }
  if (variants.empty()) return;
  Eigen::MatrixXd used(static_cast<Index>(at.size()), b.cols());
  for (std::size_t s = 0; s < at.size(); ++s) used.row(static_cast<Index>(s)) = b.row(at[s]);
  genotype::multiply(view_.with_variants(variants), tables, used, eta, context);
}

template <class Number>
void Design::decode(std::uint32_t feature, Number* out) const {
  if (feature < n_variants()) {
    genotype::RowScratch scratch;
    genotype::decode_row(view_.row(feature, scratch), n_samples_, tables_[feature], out);
  } else if (feature == intercept()) {
    std::fill(out, out + n_samples_, Number{1});
  } else {
    const auto column = dense_.col(static_cast<Index>(feature - n_variants()));
    std::transform(
        column.begin(), column.end(), out, [](double value) { return static_cast<Number>(value); });
  }
}
template void Design::decode(std::uint32_t, double*) const;
template void Design::decode(std::uint32_t, float*) const;

Eigen::MatrixXd Design::decode(const Features& features) const {
  Eigen::MatrixXd out(static_cast<Index>(n_samples_), static_cast<Index>(features.size()));
  for (std::size_t s = 0; s < features.size(); ++s) {
    decode(features[s], out.col(static_cast<Index>(s)).data());
  }
  return out;
}

template <class Number>
Eigen::MatrixXd Design::cross_in(const Features& rows,
                                 const Features& columns,
                                 const Eigen::VectorXd& w,
                                 const base::Context& context) const {
  using Matrix = Eigen::Matrix<Number, Eigen::Dynamic, Eigen::Dynamic>;
  const auto tile = [&](const Features& from, std::size_t begin, std::size_t end) {
    Matrix out(static_cast<Index>(n_samples_), static_cast<Index>(end - begin));
    for (std::size_t s = begin; s < end; ++s) {
      decode(from[s], out.col(static_cast<Index>(s - begin)).data());
    }
    return out;
  };
  Eigen::MatrixXd out(static_cast<Index>(rows.size()), static_cast<Index>(columns.size()));
  const bool symmetric = &rows == &columns;
  for (std::size_t first = 0; first < columns.size(); first += kTileFeatures) {
    const std::size_t last = std::min(columns.size(), first + kTileFeatures);
    Matrix right = tile(columns, first, last);
    right = w.cast<Number>().asDiagonal() * right;
    context.for_chunks(rows.size(), kTileFeatures, [&](std::size_t begin, std::size_t end) {
      if (symmetric && end <= first) return;  // above the diagonal: mirrored below
      const Matrix left = tile(rows, begin, end);
      const Matrix product = left.transpose() * right;
      out.block(
          static_cast<Index>(begin), static_cast<Index>(first), product.rows(), product.cols()) =
          product.template cast<double>();
    });
  }
  if (symmetric) out.triangularView<Eigen::StrictlyUpper>() = out.transpose();
  return out;
}

Eigen::MatrixXd Design::cross(const Features& rows,
                              const Features& columns,
                              const Eigen::VectorXd& w,
                              Precision precision,
                              const base::Context& context) const {
  return precision == Precision::kSingle ? cross_in<float>(rows, columns, w, context)
                                         : cross_in<double>(rows, columns, w, context);
}

Eigen::MatrixXd Design::gram(const base::Context& context) const {
  const auto n = static_cast<Index>(n_samples_);
  Eigen::MatrixXd k = n_variants() > 0 ? genotype::gram(view_, tables_, context)
                                       : Eigen::MatrixXd(Eigen::MatrixXd::Zero(n, n));
  k.noalias() += dense_ * dense_.transpose();
  return k;
}

std::vector<std::string> feature_names(const cohort::Dataset& data) {
  std::vector<std::string> names;
  names.reserve(data.n_features());
  for (const auto& variant : data.variants) {
    names.push_back(variant.id.empty() || variant.id == "." ? genotype::key_of(variant)
                                                            : variant.id);
  }
  names.insert(names.end(), data.clinical_names.begin(), data.clinical_names.end());
  names.insert(names.end(), data.molecular_names.begin(), data.molecular_names.end());
  return names;
}

}  // namespace gcrisk::models::linear
