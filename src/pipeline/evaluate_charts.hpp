// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "evaluation.hpp"
#include "gcrisk/report/chart.hpp"

// The figures of the evaluation page. Each takes the models in the order of their colours.
namespace gcrisk::pipeline {

report::Chart roc_chart(const Evaluation& e);
report::Chart pr_chart(const Evaluation& e);
report::Chart calibration_chart(const Evaluation& e, std::size_t model);
report::Chart risk_chart(const Evaluation& e, std::size_t model);
report::Chart decision_chart(const Evaluation& e);
report::Chart scatter_chart(const Evaluation& e, std::size_t model);   // continuous
report::Chart residual_chart(const Evaluation& e, std::size_t model);  // continuous
report::Chart survival_chart(const Evaluation& e);                     // by risk group
// One metric in each subgroup, beside everybody.
report::Chart forest_chart(const Evaluation& e, const std::string& metric);

const MetricRow* find_row(const std::vector<MetricRow>& rows, const std::string& metric);
// "0.812 (0.78 to 0.84)", "0.812" without an interval, "NA".
std::string value_text(const MetricRow* row, int digits = 3);
std::string interval_text(const MetricRow* row, int digits = 3);
std::string decimal(double value, int digits = 3);

}  // namespace gcrisk::pipeline
