// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gcrisk/base/context.hpp"
#include "gcrisk/clinical/table.hpp"
#include "gcrisk/pipeline/model_folder.hpp"
#include "gcrisk/pipeline/predictions.hpp"

namespace gcrisk::pipeline {

// The people of a study as a model sees them, without a file in between. The outcome is the
// study's; MismatchError where it is not the one that the model was trained on.
struct StudyPredictions {
  Predictions predictions;
  clinical::Table clinical;  // as the study has it, for subgroups
};
StudyPredictions predict_study(const std::string& model,
                               const std::string& study,
                               const base::Context& context);

// The model's variants, and those that its recipe reads, in the place of the cohort's.
// MismatchError where the study has not all of them.
void bring_variants(const ModelFolder& folder, cohort::Cohort& cohort, const std::string& study);

}  // namespace gcrisk::pipeline
