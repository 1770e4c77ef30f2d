// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fold.hpp"
#include "gcrisk/pipeline/predictions.hpp"

namespace gcrisk::pipeline {

// What one method did in one fold.
struct CellResult {
  bool done = false;
  std::string reason;       // where it failed: the error's sentence
  Predictions predictions;  // of the fold's test people
  std::size_t n_train = 0;
  std::size_t n_features = 0;
  double fit_s = 0;
  double predict_s = 0;
  std::uint64_t peak_memory_bytes = 0;  // of the process while it fitted and predicted
  std::vector<FittedOn> fitted;
  std::size_t n_shared_people = 0;
  std::size_t n_shared_groups = 0;
  std::vector<std::string> selected;
  std::string tuned;  // the options that --tune chose, as typed; empty: defaults
};

// A model that fails fails in its result; only a stop that was asked for is thrown.
CellResult run_cell(const CompareRow& row,
                    const ComparePlan& plan,
                    cohort::OutcomeKind kind,
                    FoldWork& fold,
                    const base::Context& context);

// One file a cell, written whole: the predictions, and PATH.json with the rest, last.
void save_cell(const std::string& path, const std::string& key, const CellResult& result);
// False where there is none, or one of another plan.
bool load_cell(const std::string& path, const std::string& key, CellResult& result);

}  // namespace gcrisk::pipeline
