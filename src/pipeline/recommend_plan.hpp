// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gcrisk/pipeline/run.hpp"
#include "gcrisk/recommend/plan.hpp"

namespace gcrisk::pipeline {

// The options of `recommend` that the plan is made from, beside those of the calls.
base::ParameterTable plan_parameters();

// Makes plans: reads records, rules and the index date once, then takes one person's calls after
// the other.
class PlanMaker {
 public:
  // `names`: of the people in the VCF; one person and one record belong together whatever they are
  // called.
  // Errors: those of the files; UsageError for an index date that is none; MismatchError where
  // records and people share no name.
  PlanMaker(Run& run, const recommend::PgxTables& tables, const std::vector<std::string>& names);
  ~PlanMaker();

  // Findings of the tumour's own file ("EGFR L858R"), the same for every person of the run.
  void set_tumour(std::vector<recommend::TumourFinding> findings);

  // `calls` has to outlive the plan. Safe to be called by several threads.
  recommend::Plan make(const recommend::PersonCalls& calls) const;
  const recommend::Knowledge& knowledge() const noexcept;

  // Counts of what was not understood, and people without a record, into the manifest.
  void report(Run& run) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gcrisk::pipeline
