// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/cohort/outcome.hpp"
#include "gcrisk/evaluate/scored.hpp"

namespace gcrisk::evaluate {

struct Interval {
  double low;  // NaN: not defined
  double high;
  std::string method;  // "delong", "wilson", "wald" …
};

// One number that says how good predictions are.
struct MetricEntry {
  std::string name;     // "balanced-accuracy"; METRIC in tables has '_' for '-'
  std::string title;    // "Balanced accuracy"
  std::string meaning;  // what it says, the formula, the source
  std::vector<cohort::OutcomeKind> outcomes;
  bool needs_risk = false;  // a probability, not only an order
  bool uses_threshold = false;
  bool higher_is_better = true;  // for comparison; calibration: closer to its target
  bool bootstrap = true;         // where there is no `interval`: by bootstrap, or none at all
  // NaN where it is undefined (one class only, nobody above the threshold …): never a number that
  // looks like a result. `weights` has one entry a person.
  double (*value)(const Scored& people, Weights weights) = nullptr;
  // The interval by formula; null: by bootstrap.
  Interval (*interval)(const Scored& people, double level) = nullptr;
};

// In the order of registry.inc.
const std::vector<const MetricEntry*>& all_metrics();
// UsageError with the candidates where there is none.
const MetricEntry& find_metric(std::string_view name);
// Those that make sense for these people: kind of outcome, risks known, threshold known.
std::vector<const MetricEntry*> metrics_for(const Scored& people);

// METRIC as tables write it: "balanced_accuracy".
std::string table_name(const MetricEntry& metric);

}  // namespace gcrisk::evaluate
