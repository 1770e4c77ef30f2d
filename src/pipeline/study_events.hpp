// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gcrisk/base/output.hpp"
#include "gcrisk/clinical/population.hpp"
#include "gcrisk/clinical/table.hpp"
#include "gcrisk/pipeline/run.hpp"
#include "study_folder.hpp"

// `preprocess --events`: who is studied, the outcome and the features, from dated events.
namespace gcrisk::pipeline {

struct EventStudy {
  clinical::Table table;  // everybody who is studied; with --outcome-code the two columns below
  std::vector<clinical::Attrition::Row> attrition;
  bool has_outcome = false;
};

inline constexpr const char* kOutcomeColumn = "outcome";
inline constexpr const char* kOutcomeDaysColumn = "outcome_days";

// Reads the events twice. Memory: the table. DegenerateError where nobody is left.
EventStudy read_event_study(const std::string& path, Run& run);

// events.clinical.tsv, events.dictionary.json and attrition.tsv of the study folder, with marks.
std::map<std::string, FileMark> write_event_study(base::OutputSet& outputs,
                                                  const clinical::Table& table,
                                                  const EventStudy& study);

}  // namespace gcrisk::pipeline
