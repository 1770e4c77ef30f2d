// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "plan.hpp"

namespace gcrisk::pipeline {

// Rows of the study's cohort, ascending.
struct FoldRows {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> validation;  // may be empty
  std::vector<std::uint32_t> test;
};

// What a part of the work was fitted on, for the leakage certificate.
struct FittedOn {
  std::string part;  // "impute-mean", "select chi2", "model", "early stopping or choice", "test"
  std::size_t n_people = 0;
  std::string people;  // hash of the sorted IDs
};

// The people of one fold with a recipe that was fitted to its training people alone.
struct FoldData {
  cohort::Dataset train;
  cohort::Dataset validation;
  cohort::Dataset test;
  std::vector<std::uint32_t> selected;     // variants by --select on `train`; all without it
  std::vector<std::string> selected_keys;  // of --select, for how often a variant is chosen
  std::vector<FittedOn> fitted;
  std::size_t n_shared_people = 0;  // in training and test: 0 unless there is a fault
  std::size_t n_shared_groups = 0;  // kinship or other groups on both sides, likewise
};

// Fits recipe and selection to `rows.train`.
FoldData fit_fold(const Study& study,
                  const ComparePlan& plan,
                  const FoldRows& rows,
                  const base::Context& context);

// One fold of the comparison in the shapes that its rows ask for, each made when it is first asked
// for: with a share of the training people held back or without, on shuffled outcomes or not, and
// its inner folds.
class FoldWork {
 public:
  // All of them outlive the fold.
  FoldWork(const Study& study,
           const ComparePlan& plan,
           std::size_t repeat,
           std::size_t fold,
           const base::Context& context);

  const FoldData& data(bool permuted, bool hold_back);
  // The training people cut once more, for judging candidates.
  const std::vector<FoldData>& inner(bool permuted, bool hold_back);

 private:
  const Study& study_of(bool permuted);
  std::uint64_t seed() const { return context_.seed + 1000 * repeat_ + fold_; }
  FoldRows held_back(std::vector<std::uint32_t> learning,
                     std::vector<std::uint32_t> test,
                     bool hold_back,
                     std::uint64_t seed) const;

  const Study& study_;
  const ComparePlan& plan_;
  std::size_t repeat_;
  std::size_t fold_;
  const base::Context& context_;
  std::vector<std::uint32_t> learning_;
  std::vector<std::uint32_t> test_;
  std::unique_ptr<Study> shuffled_;
  std::map<std::pair<bool, bool>, FoldData> data_;
  std::map<std::pair<bool, bool>, std::vector<FoldData>> inner_;
};

}  // namespace gcrisk::pipeline
