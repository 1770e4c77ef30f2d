// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gcrisk/base/json.hpp"
#include "gcrisk/cohort/join.hpp"
#include "gcrisk/cohort/split.hpp"
#include "study_inputs.hpp"

// Who is in a study: the join of the inputs, lists of people, the outcome, groups and sets.
namespace gcrisk::pipeline {

// People taken out, with the reason, in the order in which it happened.
struct Loss {
  std::string reason;
  std::uint64_t count = 0;
  bool asked_for = true;  // by an option; else something about the data took them out
};

struct People {
  std::vector<PersonRows> rows;
  std::vector<std::int64_t> phenotype_rows;  // in the phenotype table, -1: not there
  std::vector<Loss> losses;

  void keep_where(const std::function<bool(std::size_t)>& keep,
                  const std::string& reason,
                  bool asked_for);
};

struct JoinOptions {
  cohort::IdMap id_map;
  double min_overlap = 0.5;
};

// Everybody who is in all inputs, by ID; the phenotype table may lack people. `report` gets one
// entry a join. MismatchError where fewer than min_overlap of the smaller side are joined.
People join_inputs(const StudyParts& parts,
                   const clinical::Table* phenotypes,
                   const JoinOptions& options,
                   base::Json& report,
                   const base::Context& context);

// Where a column with a given name is: the phenotype table, else the clinical one, with one value
// a person. MismatchError where neither has it.
clinical::Column find_person_column(const StudyParts& parts,
                                    const clinical::Table* phenotypes,
                                    const People& people,
                                    const std::string& name);

// The sixth column of a .fam file: -9 is missing, and so is 0 where the others are 1 and 2.
clinical::Column fam_phenotype(const StudyParts& parts, const People& people);

// One number a different value; whoever has none is alone.
std::vector<std::int32_t> groups_of(const clinical::Column& column);

// Set of each person from a table with `#IID SET` (or `#FID IID SET`); whoever is not in it has -1.
std::vector<int> read_sets(const std::string& path, const People& people);

}  // namespace gcrisk::pipeline
