// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gcrisk/pipeline/run.hpp"
#include "gcrisk/recommend/plan.hpp"

namespace gcrisk::pipeline {

// The risks of everybody in --vcf and --clinical by each --model, by sample: risk and score, the
// group of people with a like risk in --calibration with its interval, what the score rests on,
// and which columns can be changed (found by moving each of them a little). Says in warnings where
// a person lies outside what the model was trained on. Errors: those of the files and of the
// model; MismatchError where the model's columns are not in the table.
std::map<std::string, std::vector<recommend::RiskResult>> risks_of_models(Run& run);

}  // namespace gcrisk::pipeline
