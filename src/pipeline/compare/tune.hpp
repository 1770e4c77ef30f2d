// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "plan.hpp"

namespace gcrisk::pipeline {

// A fitted model of this row: with the row's options, or with the best of the plan's candidates,
// judged on `validation` by the outcome's first measure (area under the curve, R², C-index, log
// loss of classes). Candidates come from the search ranges of the model's options; options that the
// user has set stay. `tuned` says what was chosen. The first candidate is the row as it is, so that
// tuning never ends below it on the validation people.
std::unique_ptr<models::Model> tuned_model(const CompareRow& row,
                                           const ComparePlan& plan,
                                           const cohort::Dataset& train,
                                           const cohort::Dataset& validation,
                                           const base::Context& context,
                                           std::string& tuned);

// "log:1e-4:1e2", "int:2:10", "0:1" at `share` in [0, 1); choices where the row has some.
std::string search_value(const base::Parameter& parameter, double share);

}  // namespace gcrisk::pipeline
