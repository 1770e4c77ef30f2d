// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/registry.hpp"

#include <algorithm>
#include <cmath>

#include "gcrisk/evaluate/metric.hpp"

namespace gcrisk::evaluate {

#define GCRISK_REGISTER(name) const MetricEntry& name##_entry();
#include "registry.inc"
#undef GCRISK_REGISTER

const std::vector<const MetricEntry*>& all_metrics() {
  static const std::vector<const MetricEntry*> kAll = {
#define GCRISK_REGISTER(name) &name##_entry(),
#include "registry.inc"
#undef GCRISK_REGISTER
  };
  return kAll;
}

const MetricEntry& find_metric(std::string_view name) {
  return base::find_entry<MetricEntry>(all_metrics(), "metric", name);
}

std::vector<const MetricEntry*> metrics_for(const Scored& people) {
  std::vector<const MetricEntry*> fitting;
  for (const MetricEntry* metric : all_metrics()) {
    const auto& kinds = metric->outcomes;
    if (std::find(kinds.begin(), kinds.end(), people.kind) == kinds.end()) continue;
    const bool binary = people.kind == cohort::OutcomeKind::kBinary;
    if (binary && metric->needs_risk && people.risk.empty()) continue;
    if (binary && metric->uses_threshold && std::isnan(people.threshold)) continue;
    fitting.push_back(metric);
  }
  return fitting;
}

std::string table_name(const MetricEntry& metric) {
  std::string name = metric.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace gcrisk::evaluate
