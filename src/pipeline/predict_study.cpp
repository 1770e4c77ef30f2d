// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "predict_study.hpp"

#include <set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/pipeline/model_folder.hpp"
#include "gcrisk/pipeline/study.hpp"
#include "match_variants.hpp"

namespace gcrisk::pipeline {

void bring_variants(const ModelFolder& folder, cohort::Cohort& cohort, const std::string& study) {
  genotype::Variants wanted = folder.variants;
  std::set<std::string> known;
  for (const auto& variant : wanted) known.insert(genotype::key_of(variant));
  for (auto& variant : folder.recipe.needed_variants()) {
    if (known.insert(genotype::key_of(variant)).second) wanted.push_back(std::move(variant));
  }
  if (wanted.empty()) {
    cohort.genotypes = {};
    cohort.variants.clear();
    return;
  }
  MatchedVariants matched = match_variants(wanted, cohort.variants, cohort.genotypes);
  if (matched.n_found < wanted.size()) {
    throw base::MismatchError(
        "study " + study + " has " + base::format_count(matched.n_found) + " of the model's " +
            base::format_count(wanted.size()) + " variants, expected all",
        "write predictions with gcrisk predict, which says what is not found, and evaluate them");
  }
  cohort.genotypes = std::move(matched.view);
  cohort.variants = std::move(wanted);
}

StudyPredictions predict_study(const std::string& model,
                               const std::string& study,
                               const base::Context& context) {
  ModelFolder folder = read_model(model);
  Study opened = open_study(study, context);
  cohort::Cohort cohort = std::move(opened.cohort);
  const cohort::Outcome& found = cohort.outcome;
  if (found.kind != folder.outcome.kind || found.levels != folder.outcome.levels) {
    throw base::MismatchError("the model predicts " + folder.outcome.name + " (" +
                              std::string(cohort::to_string(folder.outcome.kind)) +
                              "), the outcome of study " + study + " is " + found.name + " (" +
                              std::string(cohort::to_string(found.kind)) + ")");
  }
  StudyPredictions out;
  out.predictions.ids = cohort.ids;
  out.predictions.outcome = found;
  for (const cohort::Set set : opened.sets) {
    out.predictions.sets.emplace_back(cohort::to_string(set));
  }
  out.clinical = cohort.clinical;
  bring_variants(folder, cohort, study);
  folder.recipe.apply(cohort, context);
  const cohort::Dataset data = align_to_model(cohort::to_dataset(cohort), folder);
  const models::Prediction prediction = folder.model->predict(data, context);
  if (prediction.score.cols() == 1) out.predictions.score = prediction.score.col(0);
  out.predictions.risk = prediction.risk;
  if (prediction.risk.cols() == 0) out.predictions.risk.resize(prediction.score.rows(), 0);
  return out;
}

}  // namespace gcrisk::pipeline
