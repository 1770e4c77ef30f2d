// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "gcrisk/cohort/outcome.hpp"

namespace gcrisk::evaluate {

// People with a known outcome and what a model said about them: what every metric and curve
// looks at. Rows are sorted by rising `rank`, equal ranks in the order of the input, so that no
// metric needs to sort again. There is no NaN in it.
struct Scored {
  cohort::OutcomeKind kind = cohort::OutcomeKind::kBinary;
  std::vector<double> truth;  // as cohort::Outcome::values
  std::vector<double> time;   // kSurvival
  // What orders people: the risk of the case; the score where there is no risk, and for survival
  // (higher: earlier event); the expected value for kContinuous; 0 for kMulticlass.
  std::vector<double> rank;
  std::vector<double> risk;        // kBinary: probability of the case; empty: not known
  Eigen::MatrixXd class_risk;      // kMulticlass: one row a person, one column a class
  std::vector<std::uint32_t> row;  // where each person stood in the input
  // kSurvival: indices by rising time, events before the censored at the same time.
  std::vector<std::uint32_t> by_time;
  // From which risk on a person counts as positive; NaN: there is none.
  double threshold = 0.5;

  std::size_t size() const { return truth.size(); }
  std::size_t n_classes() const { return static_cast<std::size_t>(class_risk.cols()); }
  // Cases, or events; 0 for other outcomes.
  std::size_t n_events() const;
};

// How often each person counts: all 1, or how often a bootstrap sample drew them.
using Weights = std::span<const double>;

struct Predicted {
  Eigen::VectorXd score;  // empty: absent
  Eigen::MatrixXd risk;   // one column, or one a class; no columns: absent
};

// Why people were left out; they are never dropped in silence.
struct LeftOut {
  std::size_t unknown_outcome = 0;
  std::size_t unknown_prediction = 0;
};

// Takes the rows `rows` of outcome and prediction. Throws MismatchError where the prediction has
// not what the outcome's kind asks for (a risk outside [0, 1], as many columns as classes).
Scored make_scored(const cohort::Outcome& outcome,
                   const Predicted& predicted,
                   std::span<const std::uint32_t> rows,
                   LeftOut* left_out = nullptr);

// A part of the people, for subgroups; `keep` is one flag a person of `all`.
Scored subset(const Scored& all, std::span<const std::uint8_t> keep);

// Class `c` against the rest, as a binary outcome.
Scored one_against_rest(const Scored& multiclass, std::size_t c);

}  // namespace gcrisk::evaluate
