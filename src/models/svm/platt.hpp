// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

namespace gcrisk::models::svm {

// Risk from a margin: 1 / (1 + exp(a margin + b)).
struct Platt {
  double a = -1;
  double b = 0;
  double risk(double margin) const;
};

// Maximum likelihood on margins and labels (-1, 1), which are pulled inwards by one person a class
// so that separated classes keep finite odds. The margins should be of people who were not learned
// from. Sources: Platt 1999 (Advances in Large Margin Classifiers); Lin, Lin, Weng 2007 (Machine
// Learning 68:267).
Platt fit_platt(const Eigen::VectorXd& margins, const Eigen::VectorXd& labels);

// Probabilities of K classes from those of each pair: pair(i, j) is P(i, given i or j).
// Source: Wu, Lin, Weng 2004 (J Mach Learn Res 5:975), their second method.
Eigen::RowVectorXd couple(const Eigen::MatrixXd& pair);

}  // namespace gcrisk::models::svm
