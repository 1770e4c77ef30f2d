// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/models/model.hpp"

// What the tree models ask of a training set, and say about it.
namespace gcrisk::models::trees {

// One a feature: variants by ID, then the clinical and molecular columns.
std::vector<std::string> feature_names(const cohort::Dataset& data);

// n / (classes × n of the class) for each class: all classes weigh the same. 0 for an empty one.
std::vector<double> class_weights(const cohort::Outcome& outcome, std::size_t n_classes);

// UsageError for an outcome that trees do not predict, DegenerateError where there is no feature or
// one value of the outcome only (of a time to an event: no event).
void check_trainable(const cohort::Dataset& train);

// The time by which RISK is the probability of the event: the given one, or the median time of the
// events; 0 for other outcomes. UsageError where one is given for them.
double horizon_of(const cohort::Outcome& outcome, std::optional<double> given);

// UsageError for an option of classes where the outcome has none.
void refuse_without_classes(const cohort::Outcome& outcome, const std::string& option);

// Kinds by name, as the model's JSON has them.
cohort::OutcomeKind parse_kind(std::string_view name);

// Has the model's folder hold a further file, for people and for other programs; it is not read
// again. Its bytes travel as the array "file:<name>".
void add_file(State& state, const std::string& name, std::string_view text);

}  // namespace gcrisk::models::trees
