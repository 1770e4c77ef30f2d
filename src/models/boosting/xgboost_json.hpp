// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/cohort/outcome.hpp"
#include "models/trees/ensemble.hpp"

namespace gcrisk::models::boosting {

// Boosted trees as XGBoost knows them: tree t adds to score t % start.size().
struct XgboostModel {
  trees::Ensemble trees;
  std::vector<double> start;
};

// The model in XGBoost's JSON format (version 1.7 and later open it). Features are named; variants
// are to be given as copies of A1, missing values as NaN. XGBoost goes left below a condition, our
// trees at or below a threshold: the condition is the next larger single-precision number.
std::string write_xgboost(const XgboostModel& model,
                          const std::vector<std::string>& feature_names,
                          cohort::OutcomeKind kind);

// Reads such a file; features are found by name (by position where the file names none).
// Errors: ReadError; MalformedError (no XGBoost model, a broken tree); MismatchError (a feature
// that is not in the data, a model of another kind of outcome); UsageError for what has no
// counterpart here (linear boosters, dropout, categorical splits, several trees a round).
XgboostModel read_xgboost(const std::string& path,
                          const std::vector<std::string>& feature_names,
                          cohort::OutcomeKind kind);

}  // namespace gcrisk::models::boosting
