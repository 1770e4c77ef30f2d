// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/cohort/dataset.hpp"
#include "gcrisk/genotype/kernels.hpp"

namespace gcrisk::models::linear {

using Features = std::vector<std::uint32_t>;

// Of products: 32 bits take half the time, for what is approximate anyway.
enum class Precision { kDouble, kSingle };

// The columns of a regression: variants as they are packed, then clinical, then molecular
// columns, each centred at its training mean and divided by its training standard deviation
// (dense columns: only if asked). A missing genotype is 0, the mean; a constant column is 0
// everywhere. Variants are decoded in small tiles where a product needs numbers, never all at
// once. Feature n_features() is the intercept: a column of ones.
class Design {
 public:
  // MismatchError naming a dense column with a missing value.
  Design(const cohort::Dataset& data, bool scale_dense, const base::Context& context);

  std::size_t n_samples() const noexcept { return n_samples_; }
  std::size_t n_variants() const noexcept { return tables_.size(); }
  std::size_t n_features() const noexcept { return mean_.size(); }
  std::uint32_t intercept() const noexcept { return static_cast<std::uint32_t>(mean_.size()); }
  bool is_constant(std::size_t feature) const { return constant_[feature] != 0; }
  // What was subtracted and divided by; 0 and 1 for the intercept's sake are not stored.
  double mean(std::size_t feature) const { return mean_[feature]; }
  double sd(std::size_t feature) const { return sd_[feature]; }

  // X'r for all features (without the intercept), r of n × k. One pass of the packed rows.
  Eigen::MatrixXd transposed(const Eigen::MatrixXd& r, const base::Context& context) const;
  // The same for some features; the intercept may be among them.
  Eigen::MatrixXd transposed(const Features& features,
                             const Eigen::MatrixXd& r,
                             const base::Context& context) const;
  // eta (n × k) += X_features b.
  void add(const Features& features,
           const Eigen::MatrixXd& b,
           Eigen::MatrixXd& eta,
           const base::Context& context) const;
  // X_rows' diag(w) X_columns; half the work where both are the same object.
  Eigen::MatrixXd cross(const Features& rows,
                        const Features& columns,
                        const Eigen::VectorXd& w,
                        Precision precision,
                        const base::Context& context) const;
  // One column as numbers.
  template <class Number>
  void decode(std::uint32_t feature, Number* out) const;
  Eigen::MatrixXd decode(const Features& features) const;

  // X X' over penalised features, n × n, for problems with many more features than people.
  Eigen::MatrixXd gram(const base::Context& context) const;

 private:
  template <class Number>
  Eigen::MatrixXd cross_in(const Features& rows,
                           const Features& columns,
                           const Eigen::VectorXd& w,
                           const base::Context& context) const;

  std::size_t n_samples_;
  genotype::GenotypeView view_;
  std::vector<genotype::CodeTable> tables_;
  Eigen::MatrixXd dense_;
  std::vector<double> mean_;
  std::vector<double> sd_;
  std::vector<std::uint8_t> constant_;
};

// Names in the order of the design: the variant's ID (chrom:pos:ref:alt where it has none), then
// the columns.
std::vector<std::string> feature_names(const cohort::Dataset& data);

}  // namespace gcrisk::models::linear
