// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <vector>

namespace gcrisk::models::linear {

// A symmetric matrix over (feature, class): block (k, l) of `blocks` at index_of(k, l); with
// `diagonal_only` the classes do not touch each other and all share blocks[0].
struct BlockMatrix {
  const std::vector<Eigen::MatrixXd>* blocks = nullptr;
  Eigen::Index n_classes = 1;
  bool diagonal_only = false;

  static std::size_t index_of(Eigen::Index k, Eigen::Index l) {  // k <= l
    return static_cast<std::size_t>(l * (l + 1) / 2 + k);
  }
  const Eigen::MatrixXd& at(Eigen::Index k, Eigen::Index l) const {
    return (*blocks)[diagonal_only ? 0 : index_of(std::min(k, l), std::max(k, l))];
  }
};

// The move d that minimises  -<g, d> + d'Hd/2 + sum_j (l1_j |t_j + d_j| + l2_j (t_j + d_j)²/2)
// from the point t (features × classes). l1 and l2 have one value a feature. Stops when no
// coordinate moves by more than `tolerance`.
Eigen::MatrixXd minimise_quadratic(const BlockMatrix& h,
                                   const Eigen::MatrixXd& g,
                                   const Eigen::MatrixXd& t,
                                   const Eigen::VectorXd& l1,
                                   const Eigen::VectorXd& l2,
                                   double tolerance);

}  // namespace gcrisk::models::linear
