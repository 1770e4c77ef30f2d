// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gcrisk/base/parameters.hpp"
#include "gcrisk/clinical/features.hpp"
#include "gcrisk/clinical/sequences.hpp"
#include "gcrisk/pipeline/run.hpp"

namespace gcrisk::pipeline {

// --sequence and --max-steps.
base::ParameterTable sequence_parameters();

// P.sequences.tsv.gz, one row a step: #IID STEP BEGIN GAP and a column a code; P.sequences.json,
// its dictionary. What is NA was not observed in the step: the mask of a model.
class SequenceFile {
 public:
  // `census`, `features`, `titles`, `units`: of the clinical table, whose codes these are.
  SequenceFile(Run& run,
               const clinical::CodeCensus& census,
               const clinical::FeatureOptions& features,
               const clinical::TextMap& titles,
               const clinical::UnitRules& units);
  ~SequenceFile();

  void add(const clinical::Record& record, const clinical::Time& index);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// UsageError where bins are asked for without an index from which they are counted.
void check_sequence(const base::Parameters& parameters, const clinical::IndexRule& rule);

}  // namespace gcrisk::pipeline
