// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fold.hpp"

namespace gcrisk::pipeline {

// People on whom candidates are judged: one fold with its validation set as `judged`, or several
// inner folds with their test sets.
struct Judging {
  const cohort::Dataset* train = nullptr;
  const cohort::Dataset* stop = nullptr;  // for early stopping; null: none
  const cohort::Dataset* judged = nullptr;
};

struct Tuned {
  base::Parameters parameters;
  std::string text;  // the options that were chosen, as typed; empty: the row as it is
};

// The best of the plan's candidates for this row: the mean over `judging` of the outcome's first
// measure (area under the curve, R², C-index, macro area of classes). Candidates come from the
// search ranges of the model's options; options that the user has set stay. The first candidate is
// the row as it is, so that tuning never ends below it on those people. Successive halving gives
// all candidates a part of the training people, the better third three times as many, and so on
// until all people are in use (Jamieson and Talwalkar 2016).
Tuned tune(const CompareRow& row,
           const ComparePlan& plan,
           const std::vector<Judging>& judging,
           const base::Context& context);

// "log:1e-4:1e2", "int:2:10", "0:1" at `share` in [0, 1); choices where the row has some.
std::string search_value(const base::Parameter& parameter, double share);

}  // namespace gcrisk::pipeline
