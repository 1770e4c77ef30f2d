// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gcrisk/base/json.hpp"
#include "gcrisk/base/output.hpp"
#include "gcrisk/pipeline/study.hpp"
#include "study_inputs.hpp"

namespace gcrisk::pipeline {

struct FileMark {
  std::uint64_t bytes = 0;
  std::string xxh3_128;
};

// The genotypes of --vcf as genotypes.bed, .bim and .fam of the study folder, with their marks.
std::map<std::string, FileMark> write_genotypes(base::OutputSet& outputs,
                                                const io::PlinkFiles& genotypes);

// What `preprocess` found out and `open_study` needs again.
struct StudyRecord {
  StudyInputs inputs;
  std::map<std::string, FileMark> marks;  // by path
  std::vector<PersonRows> people;
  const Study* study = nullptr;  // outcome, groups, sets, recipe
};

// Files of a study folder:
//   study.json     inputs with size and hash, outcome, options
//   samples.tsv    #IID, rows in the inputs (from 1), group, outcome
//   split.tsv      #IID SET
//   recipe.json, recipe.safetensors
//   variants.tsv   variants that the recipe leaves, with frequencies in the training set
//   qc.json        what was dropped and why
void write_study(base::OutputSet& outputs,
                 const StudyRecord& record,
                 const base::Json& options,
                 const base::Json& qc,
                 const base::Context& context);

}  // namespace gcrisk::pipeline
