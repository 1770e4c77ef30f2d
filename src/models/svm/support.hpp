// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <vector>

#include "gcrisk/base/tensor.hpp"
#include "models/svm/kernel.hpp"

namespace gcrisk::models::svm {

// What a machine with a kernel keeps of its training set: the people with a weight, and how
// features are standardised. Shares no memory with the training set.
class SupportVectors {
 public:
  SupportVectors() = default;
  SupportVectors(const cohort::Dataset& data,
                 const linear::Design& design,
                 const std::vector<std::uint32_t>& people,
                 const Eigen::MatrixXd& weights,
                 const Eigen::RowVectorXd& b);
  // MalformedError where a tensor is absent or of another shape.
  explicit SupportVectors(const base::TensorMap& tensors);
  void save(base::TensorMap& tensors) const;

  // People × machines.
  Eigen::MatrixXd margins(const cohort::Dataset& data,
                          const KernelSpec& kernel,
                          const base::Context& context) const;

 private:
  Eigen::MatrixXd standardised(std::uint32_t first, std::uint32_t last) const;

  std::size_t n_support_ = 0;
  std::vector<std::uint8_t> copies_;  // of A1, support × variants; 3: missing
  Eigen::MatrixXd dense_;             // other columns, standardised, × support
  Eigen::VectorXd means_;
  Eigen::VectorXd inverse_sds_;  // 0 of constant columns
  Eigen::MatrixXd weights_;      // support × machines
  Eigen::RowVectorXd b_;
};

}  // namespace gcrisk::models::svm
