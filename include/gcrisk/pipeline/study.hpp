// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/cohort/cohort.hpp"
#include "gcrisk/cohort/dataset.hpp"
#include "gcrisk/cohort/split.hpp"
#include "gcrisk/preprocess/step.hpp"

namespace gcrisk::pipeline {

// A study folder as `preprocess` leaves it: who is in it, which outcome, which set each person
// is in, and every transform with what it learned from the training set. Genotypes and tables are
// not copied: study.json names the files (relative to the folder where that is possible) with size
// and content hash. Only what has no file of its own (--vcf) is stored inside.
struct Study {
  std::string path;               // with a '/' at the end
  cohort::Cohort cohort;          // everybody in samples.tsv, all variants, nothing fitted applied
  std::vector<cohort::Set> sets;  // one a person
  preprocess::Recipe recipe;      // fitted on the training set

  std::vector<std::uint32_t> rows(cohort::Set set) const { return cohort::rows_of(sets, set); }
  // The recipe applied to everybody.
  cohort::Dataset dataset(const base::Context& context) const;
};

// ReadError where the folder or an input is gone; MismatchError where an input changed since
// (size or hash); MalformedError with file and key.
Study open_study(const std::string& path, const base::Context& context);

}  // namespace gcrisk::pipeline
