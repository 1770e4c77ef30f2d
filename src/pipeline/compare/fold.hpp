// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plan.hpp"

namespace gcrisk::pipeline {

// The people of one fold with a recipe that was fitted to its training people alone.
struct FoldData {
  cohort::Dataset train;
  cohort::Dataset validation;
  cohort::Dataset test;
  std::vector<std::uint32_t> selected;     // variants by --select on `train`; all without it
  std::vector<std::string> selected_keys;  // of --select, for how often a variant is chosen
  std::string trained_on;                  // hash of the sorted IDs that anything was fitted to
  std::size_t n_shared_people = 0;         // in training and test: 0 unless there is a fault
  std::size_t n_shared_groups = 0;         // kinship or other groups on both sides, likewise
};

FoldData make_fold(const Study& study,
                   const ComparePlan& plan,
                   std::size_t repeat,
                   std::size_t fold,
                   const base::Context& context);

}  // namespace gcrisk::pipeline
