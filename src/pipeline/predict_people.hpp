// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/cohort/cohort.hpp"
#include "gcrisk/pipeline/model_folder.hpp"
#include "gcrisk/pipeline/run.hpp"

namespace gcrisk::pipeline {

// Whom a model is applied to.
struct People {
  cohort::Cohort cohort;          // before the recipe
  std::vector<std::string> sets;  // NA for new people
};

// UsageError where the options name no people, or some twice.
void check_people_options(const base::Parameters& parameters);

// The people of --study, those of --set alone.
People people_of_study(Run& run);

// New people: --bfile or --vcf, --clinical or records, --molecular. Everybody who is in all that
// were given, in the order of the first. MismatchError where a part is absent that the model was
// trained with.
People people_of_files(Run& run, const ModelFolder& folder);

}  // namespace gcrisk::pipeline
