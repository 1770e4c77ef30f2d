// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "training_set.hpp"

#include <algorithm>

#include "gcrisk/base/error.hpp"

namespace gcrisk::models::trees {

using cohort::OutcomeKind;

std::vector<std::string> feature_names(const cohort::Dataset& data) {
  std::vector<std::string> names;
  for (const auto& variant : data.variants) names.push_back(variant.id);
  names.insert(names.end(), data.clinical_names.begin(), data.clinical_names.end());
  names.insert(names.end(), data.molecular_names.begin(), data.molecular_names.end());
  return names;
}

std::vector<double> class_weights(const cohort::Outcome& outcome, std::size_t n_classes) {
  std::vector<double> counts(n_classes);
  for (const double value : outcome.values) counts[static_cast<std::size_t>(value)] += 1;
  for (double& count : counts) {
    count = count > 0
                ? static_cast<double>(outcome.size()) / (static_cast<double>(n_classes) * count)
                : 0;
  }
  return counts;
}

void check_trainable(const cohort::Dataset& train) {
  const cohort::Outcome& outcome = train.outcome;
  if (outcome.kind == OutcomeKind::kNone) {
    throw base::UsageError("the training set has no outcome, trees learn from one",
                           "name it in gcrisk preprocess: --pheno-name");
  }
  if (train.n_features() == 0 || train.n_samples() == 0) {
    throw base::DegenerateError("nothing to learn from: " + std::to_string(train.n_samples()) +
                                " samples, " + std::to_string(train.n_features()) + " features");
  }
  if (outcome.kind == OutcomeKind::kSurvival) {
    if (std::any_of(outcome.values.begin(), outcome.values.end(), [](double v) { return v > 0; })) {
      return;  // everybody may have the event at some time
    }
    throw base::DegenerateError(
        "outcome '" + outcome.name + "': nobody in the training set has " + "the event",
        "check --keep and the split");
  }
  const double first = outcome.values.front();
  if (std::all_of(outcome.values.begin(), outcome.values.end(), [&](double value) {
        return value == first;
      })) {
    throw base::DegenerateError(
        "outcome '" + outcome.name + "' has one value only in the " + "training set",
        "check --keep and the split");
  }
}

double horizon_of(const cohort::Outcome& outcome, std::optional<double> given) {
  if (outcome.kind != OutcomeKind::kSurvival) {
    if (!given) return 0;
    throw base::UsageError("--horizon: outcome '" + outcome.name + "' is " +
                               std::string(cohort::to_string(outcome.kind)) +
                               ", expected a time to an event",
                           "name the column of times in gcrisk preprocess: --time-name");
  }
  if (given) return *given;
  std::vector<double> times;
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    if (outcome.values[i] > 0) times.push_back(outcome.times[i]);
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

void refuse_without_classes(const cohort::Outcome& outcome, const std::string& option) {
  if (outcome.kind == OutcomeKind::kBinary || outcome.kind == OutcomeKind::kMulticlass) return;
  throw base::UsageError(option + ": outcome '" + outcome.name + "' is " +
                             std::string(cohort::to_string(outcome.kind)) + ", expected classes",
                         "leave it out");
}

OutcomeKind parse_kind(std::string_view name) {
  for (const auto kind : {OutcomeKind::kBinary,
                          OutcomeKind::kMulticlass,
                          OutcomeKind::kContinuous,
                          OutcomeKind::kSurvival}) {
    if (name == cohort::to_string(kind)) return kind;
  }
  throw base::MalformedError("the model's outcome is '" + std::string(name) +
                             "', which trees do not predict");
}

void add_file(State& state, const std::string& name, std::string_view text) {
  state.tensors["file:" + name] = {{text.size()},
                                   std::vector<std::uint8_t>(text.begin(), text.end())};
}

}  // namespace gcrisk::models::trees
