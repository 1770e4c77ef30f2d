// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "measure_of.hpp"

#include <numeric>

#include "gcrisk/evaluate/metric.hpp"

namespace gcrisk::pipeline {

std::vector<std::string> compare_metrics(cohort::OutcomeKind kind) {
  switch (kind) {
    case cohort::OutcomeKind::kMulticlass:
      return {"auroc-macro", "accuracy", "f1-macro", "log-loss", "brier"};
    case cohort::OutcomeKind::kContinuous: return {"r2", "rmse", "mae", "pearson"};
    case cohort::OutcomeKind::kSurvival: return {"c-index"};
    default: break;
  }
  return {"auroc",
          "auprc",
          "accuracy",
          "precision",
          "recall",
          "f1",
          "brier",
          "log-loss",
          "calibration-slope"};
}

double first_measure(const evaluate::Scored& people) {
  const auto& metric = evaluate::find_metric(compare_metrics(people.kind).front());
  const std::vector<double> weights(people.size(), 1.0);
  return metric.value(people, weights);
}

double first_measure(const cohort::Outcome& outcome, const models::Prediction& prediction) {
  std::vector<std::uint32_t> rows(outcome.size());
  std::iota(rows.begin(), rows.end(), 0U);
  evaluate::Predicted predicted;
  if (prediction.score.cols() == 1) predicted.score = prediction.score.col(0);
  predicted.risk = prediction.risk;
  return first_measure(evaluate::make_scored(outcome, predicted, rows));
}

}  // namespace gcrisk::pipeline
