// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/svm/sample_rows.hpp"

#include <algorithm>

#include "gcrisk/genotype/row_words.hpp"

namespace gcrisk::models::svm {

namespace {

using Eigen::Index;

constexpr std::size_t kVariantsAtOnce = 32;  // eight bytes of each person

}  // namespace

SampleRows::SampleRows(const cohort::Dataset& data, const linear::Design& design)
    : n_samples_(data.n_samples()),
      n_variants_(data.n_variants()),
      row_bytes_(genotype::packed_bytes(data.n_variants())),
      packed_(n_samples_ * row_bytes_),
      missing_begin_(n_samples_ + 1) {
  std::vector<genotype::RowScratch> scratch(kVariantsAtOnce);
  std::vector<const std::uint8_t*> rows(kVariantsAtOnce);
  std::vector<std::vector<std::uint32_t>> missing(n_samples_);
  for (std::size_t first = 0; first < n_variants_; first += kVariantsAtOnce) {
    const std::size_t last = std::min(n_variants_, first + kVariantsAtOnce);
    for (std::size_t v = first; v < last; ++v) {
      rows[v - first] = data.genotypes.row(v, scratch[v - first]);
    }
    for (std::size_t i = 0; i < n_samples_; ++i) {
      std::uint8_t* out = packed_.data() + i * row_bytes_ + first / 4;
      for (std::size_t v = first; v < last; ++v) {
        const unsigned code = genotype::code_at(rows[v - first], i);
        out[(v - first) / 4] |= static_cast<std::uint8_t>(code << 2 * (v % 4));
        if (code == genotype::kMissing) missing[i].push_back(static_cast<std::uint32_t>(v));
      }
    }
  }
  for (std::size_t i = 0; i < n_samples_; ++i) {
    missing_.insert(missing_.end(), missing[i].begin(), missing[i].end());
    missing_begin_[i + 1] = missing_.size();
  }
  const auto p = static_cast<Index>(design.n_features());
  const auto v = static_cast<Index>(n_variants_);
  means_ = Eigen::VectorXf::Zero(p);
  scales_.resize(p);
  for (Index j = 0; j < p; ++j) {
    const auto f = static_cast<std::size_t>(j);
    if (j < v) means_(j) = static_cast<float>(design.mean(f));
    const double scale = j < v ? 1 / (design.sd(f) * design.sd(f)) : 1;
    scales_(j) = design.is_constant(f) ? 0.0F : static_cast<float>(scale);
  }
  dense_.resize(p - v, static_cast<Index>(n_samples_));
  Eigen::VectorXf column(static_cast<Index>(n_samples_));
  for (Index j = v; j < p; ++j) {
    design.decode(static_cast<std::uint32_t>(j), column.data());
    dense_.row(j - v) = column.transpose();
  }
}

void SampleRows::load(std::size_t sample, float* z) const {
  static constexpr genotype::CodeTable kCopies = {2, 0, 1, 0};
  genotype::decode_row(packed_.data() + sample * row_bytes_, n_variants_, kCopies, z);
  for (std::size_t m = missing_begin_[sample]; m < missing_begin_[sample + 1]; ++m) {
    z[missing_[m]] = means_(missing_[m]);
  }
  const auto column = dense_.col(static_cast<Index>(sample));
  std::copy(column.data(), column.data() + column.size(), z + n_variants_);
}

}  // namespace gcrisk::models::svm
