// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "gcrisk/base/output.hpp"
#include "gcrisk/cohort/outcome.hpp"

namespace gcrisk::pipeline {

// A predictions file: `#IID SET OUTCOME SCORE RISK`, with `RISK_<class>` for several classes and
// `TIME` behind OUTCOME for survival. Made by `predict`, read by `evaluate`, also from others'
// programs: SET and SCORE may be absent there.
struct Predictions {
  std::vector<std::string> ids;
  std::vector<std::string> sets;  // "train", "validation", "test", or NA
  cohort::Outcome outcome;        // values NaN where not known
  Eigen::VectorXd score;          // empty: absent
  Eigen::MatrixXd risk;           // one column, or one a class; no columns for kContinuous
};

void write_predictions(base::OutputFile& file, const Predictions& predictions);
Predictions read_predictions(const std::string& path);

}  // namespace gcrisk::pipeline
