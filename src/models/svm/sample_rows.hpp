// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "models/linear/design.hpp"

namespace gcrisk::models::svm {

// A design turned round: the features of one person lie together, variants at two bits a call, as
// methods that visit people one by one need them. Numbers are raw copies of A1 until `means` and
// `scales` standardise them: x_j = (z_j - means_j) sqrt(scales_j). Constant columns have scale 0.
class SampleRows {
 public:
  SampleRows(const cohort::Dataset& data, const linear::Design& design);

  std::size_t n_samples() const noexcept { return n_samples_; }
  std::size_t n_features() const noexcept { return static_cast<std::size_t>(means_.size()); }
  // z of one person: n_features() numbers, a missing call at the mean.
  void load(std::size_t sample, float* z) const;
  const Eigen::VectorXf& means() const noexcept { return means_; }
  const Eigen::VectorXf& scales() const noexcept { return scales_; }

 private:
  std::size_t n_samples_;
  std::size_t n_variants_;
  std::size_t row_bytes_;
  std::vector<std::uint8_t> packed_;  // people × variants
  std::vector<std::uint32_t> missing_;
  std::vector<std::size_t> missing_begin_;  // of each person
  Eigen::MatrixXf dense_;                   // columns × people
  Eigen::VectorXf means_;
  Eigen::VectorXf scales_;
};

}  // namespace gcrisk::models::svm
