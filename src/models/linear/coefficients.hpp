// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/tensor.hpp"
#include "gcrisk/cohort/dataset.hpp"
#include "gcrisk/models/model.hpp"
#include "models/linear/path.hpp"

namespace gcrisk::models::linear {

// A linear predictor on the columns as they come: per copy of A1, per unit of a dense column.
//   score_k = intercepts_k + sum_j beta_jk x_j,   a missing genotype counting as means_j copies.
struct Coefficients {
  Eigen::RowVectorXd intercepts;
  Eigen::MatrixXd beta;   // features × columns
  Eigen::VectorXd means;  // of each feature in the training set

  // People × columns.
  Eigen::MatrixXd scores(const cohort::Dataset& data, const base::Context& context) const;
};

// From coefficients of the standardised columns.
Coefficients to_original(const Design& design,
                         const Eigen::RowVectorXd& intercepts,
                         const Features& features,
                         const Eigen::MatrixXd& coefficients);
Coefficients to_original(const Design& design, const PathPoint& point);

// As tensors of a model folder: intercepts, coefficients, training_means.
void save(const Coefficients& coefficients, base::TensorMap& tensors);
// MalformedError where a tensor is absent or of another shape.
Coefficients load_coefficients(const base::TensorMap& tensors);

// Exact contributions to the one score: b_j (x_j - mean_j).
Attribution attribute(const Coefficients& coefficients,
                      const cohort::Dataset& data,
                      const base::Context& context);

}  // namespace gcrisk::models::linear
