// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "evaluation.hpp"
#include "gcrisk/base/context.hpp"
#include "gcrisk/evaluate/metric.hpp"

namespace gcrisk::pipeline {

struct MeasureSettings {
  double level = 0.95;
  std::size_t replicates = 1000;
  bool logit_auroc = false;
};

// Every metric that fits these people, with its interval. One set of bootstrap samples serves all
// metrics; with `band` also the ROC curve.
std::vector<MetricRow> measure(const evaluate::Scored& people,
                               const MeasureSettings& settings,
                               const base::Context& context,
                               ModelResult* band = nullptr);

// Each class against the rest.
std::vector<MetricRow> measure_classes(const evaluate::Scored& people,
                                       const std::vector<std::string>& levels,
                                       const MeasureSettings& settings);

}  // namespace gcrisk::pipeline
