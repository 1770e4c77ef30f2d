// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <vector>

#include "frame_imputer.hpp"

namespace gcrisk::preprocess {

// Each column of a frame as a ridge regression on the others, the gaps among them filled by their
// own regressions, round after round until the values stay (van Buuren 2007 without the draws).
// A category is a set of indicators, as predictor and as target.
class ChainedRegression {
 public:
  struct Settings {
    double ridge = 1;             // penalty on standardised coefficients
    std::size_t rounds = 30;      // at most
    std::size_t predictors = 50;  // a target uses the most correlated columns, at most so many
  };

  ChainedRegression() = default;
  // `values` gets its gaps filled on the way.
  ChainedRegression(const TableFrame& frame, const Settings& settings, Eigen::MatrixXd& values);

  // Fills the NaN of one row, in place.
  void fill(const TableFrame& frame, Eigen::Ref<Eigen::RowVectorXd> row) const;

  // Predictions of one column (one a level for a category) from a row without gaps.
  Eigen::RowVectorXd predict(const TableFrame& frame,
                             std::size_t column,
                             const Eigen::Ref<const Eigen::RowVectorXd>& row) const;

  base::TensorMap tensors() const;
  static ChainedRegression load(const TableFrame& frame,
                                const Settings& settings,
                                const base::TensorMap& tensors);

 private:
  struct Equation {
    std::vector<std::int32_t> predictors;  // columns of the frame
    Eigen::MatrixXd coefficients;          // features of the predictors × outputs
    Eigen::RowVectorXd intercepts;
  };
  void fit_equation(const TableFrame& frame,
                    std::size_t column,
                    const Eigen::MatrixXd& completed,
                    const Eigen::MatrixXd& values);

  Settings settings_;
  std::vector<Equation> equations_;  // one a column
};

// The value that predictions of a column stand for: the number, its nearer end (two-valued), or
// the level with the largest prediction.
double decide(const TableFrame::Column& column, const Eigen::RowVectorXd& prediction);

}  // namespace gcrisk::preprocess
