// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gcrisk/cohort/outcome.hpp"
#include "gcrisk/evaluate/scored.hpp"
#include "gcrisk/models/model.hpp"

namespace gcrisk::pipeline {

// The metrics of the comparison for a kind of outcome, the one that models are ordered by first.
std::vector<std::string> compare_metrics(cohort::OutcomeKind kind);

// That first metric, so that higher is better; NaN where it is not defined.
double first_measure(const evaluate::Scored& people);
double first_measure(const cohort::Outcome& outcome, const models::Prediction& prediction);

}  // namespace gcrisk::pipeline
