// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/cohort/dataset.hpp"
#include "models/linear/path.hpp"

namespace gcrisk::models::linear {

// How each lambda does on people who were not learned from: mean loss and its standard error.
struct LambdaScores {
  std::vector<double> loss;
  std::vector<double> se;  // empty where there was one held-out set only
  std::size_t best = 0;    // smallest loss
  std::size_t one_se = 0;  // the largest lambda within one standard error of the best
};

// How a model of the standardised columns is made from a set of people.
struct PathRecipe {
  PathOptions options;
  bool scale_dense = true;
  bool balanced = false;                // classes weigh the same
  std::vector<std::uint8_t> penalised;  // one a feature
  std::vector<std::int32_t> strata;     // of times to an event: one a person, or empty
};

// Weights of people: those of the dataset, times n / (classes × people of the class) if balanced.
Eigen::VectorXd weights_of(const cohort::Dataset& data, bool balanced);

// A path on all people beside what cross-validation says of each of its points.
struct ValidatedPath {
  std::vector<PathPoint> path;
  LambdaScores scores;  // one a point of the path
};

// K-fold cross-validation: each fold standardises and fits anew on the others. People of one group
// are in one fold; folds have the same share of each class. The folds and the fit on all people
// (`design` and `family` of `train`) go down the path side by side; with options.stop_early they
// end ten values or more past the smallest held-out loss, once the loss is more than a standard
// error above it: what follows is the dearest part of the path, and it is not chosen. The loss of
// a fold of times to an event is what its people add to minus the partial log likelihood of the
// others (Verweij, van Houwelingen 1993, Stat Med 12:2305).
// Source: Qian et al. (2020) PLoS Genet 16(10), for ending a path by held-out loss.
ValidatedPath cross_validate(const cohort::Dataset& train,
                             const Design& design,
                             const Family& family,
                             const PathRecipe& recipe,
                             std::size_t n_folds,
                             const base::Context& context);

// One path's points on a set of people of its own.
LambdaScores score_path(const std::vector<PathPoint>& path,
                        const Design& design,
                        const cohort::Dataset& held_out,
                        const base::Context& context);

}  // namespace gcrisk::models::linear
