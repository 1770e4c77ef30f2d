// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "gcrisk/models/model.hpp"
#include "loss.hpp"

// Boosting of times to an event, in two ways. Proportional hazards have one score, the log hazard.
// Discrete time cuts the time in intervals with a score each: the log odds of having the event in
// it among those who come to it, so that a feature may matter early and not late (Cox 1972, J R
// Stat Soc B 34:187, section 6; Allison 1982, Sociol Methodol 13:61).
namespace gcrisk::models::boosting {

// Ends of at most `n` intervals with about as many events each; the last is the last event.
std::vector<double> interval_ends(const cohort::Outcome& outcome, std::size_t n);

// Minus the log likelihood of the intervals: log loss of each that a person comes to the end of, or
// has the event in. Of an interval in which a person is censored nothing is known. `ends` are those
// of the training set.
std::unique_ptr<Loss> make_discrete_loss(const cohort::Outcome& outcome,
                                         std::vector<double> weights,
                                         std::vector<double> ends);

// From scores to the probability of the event by the horizon.
struct TimeScale {
  bool discrete = false;
  std::vector<double> times;    // with an event; discrete: ends of intervals
  std::vector<double> hazards;  // cumulative hazard at score 0 after each time; discrete: none
  double horizon = 0;

  // Proportional hazards: SCORE is the log hazard, RISK 1 - exp(-hazard(horizon) exp(SCORE)).
  // Discrete: RISK is 1 - the product of (1 - P) over the intervals until the horizon, of the one
  // that holds it the power of its share; SCORE the log of minus the log of that product over all
  // intervals.
  Prediction predict(const Eigen::MatrixXd& scores) const;
};

}  // namespace gcrisk::models::boosting
