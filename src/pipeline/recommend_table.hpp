// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/pipeline/run.hpp"
#include "gcrisk/recommend/record_input.hpp"

namespace gcrisk::pipeline {

// People of a table with one row each. Columns that are understood, all optional: sex, age,
// birth_date, ancestry, medications, planned, allergies, conditions, family_history, pregnant,
// smoking, date, and laboratory values whose name ends in their unit (creatinine_mg_dl,
// creatinine_umol_l, egfr, weight_kg, height_cm, …). Lists are separated by ';'. Other columns are
// left to the models and counted. Errors: those of io::read_table.
std::vector<recommend::PersonRecord> read_table_records(Run& run, const std::string& path);

}  // namespace gcrisk::pipeline
