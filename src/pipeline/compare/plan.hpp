// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../rank_variants.hpp"
#include "gcrisk/models/model.hpp"
#include "gcrisk/pipeline/study.hpp"

namespace gcrisk::pipeline {

// One row of the comparison: a method, its hyperparameters, and what it is shown.
struct CompareRow {
  const models::ModelEntry* entry = nullptr;
  base::Parameters parameters;
  std::string inputs;     // all, genotypes, clinical, molecular
  bool permuted = false;  // the same work on shuffled outcomes: what a leak would be seen by

  std::string model() const { return entry->name + (permuted ? "-permuted" : ""); }
  std::string name() const { return model() + "." + inputs; }
};

enum class Tuning { kNone, kGrid, kRandom, kHalving };

// What a table is made of: rows × repeats × folds = cells, each fitted and predicted by itself.
// Row i of the study's cohort is in fold `folds[repeat][i]`; -1: the outcome is not known.
struct ComparePlan {
  std::vector<CompareRow> rows;
  std::vector<std::vector<std::int32_t>> folds;
  std::size_t n_folds = 5;
  Ranking selection;  // without a method: all variants
  std::size_t select_top = 0;
  double validation_share = 0.15;
  std::size_t n_inner_folds = 0;  // candidates are judged on; 0: on the validation share
  Tuning tuning = Tuning::kNone;
  std::size_t n_candidates = 0;  // of kRandom and kHalving
  std::string key;               // hash of all that a cell's result depends on

  std::size_t n_cells() const { return rows.size() * folds.size() * n_folds; }
};

struct Cell {
  std::size_t row;
  std::size_t repeat;
  std::size_t fold;
};

// Cells are numbered fold by fold, so that what is fitted to a fold's people serves all rows.
Cell cell_at(const ComparePlan& plan, std::size_t index);

// What the result of a row's cells depends on, beyond the cell's number.
std::string key_of(const ComparePlan& plan, const CompareRow& row);

// Has this row a use for people who are held back from its training (early stopping, a penalty
// that they choose)? A method without one learns from all of a fold's training people.
bool holds_back(const CompareRow& row);

// UsageError where an option cannot be understood, names a method that does not fit the outcome,
// or asks for an input that the study has not.
ComparePlan make_plan(const base::Parameters& options, const Study& study, std::uint64_t seed);

}  // namespace gcrisk::pipeline
