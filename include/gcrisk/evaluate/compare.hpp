// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/evaluate/scored.hpp"

namespace gcrisk::evaluate {

// One line of the comparison of two models on the same people.
struct Difference {
  std::string metric;
  double first;
  double second;
  double difference;  // first - second
  double low;
  double high;
  double p;  // NaN: not tested
  std::string method;
};

// AUROC by DeLong's paired test; every other metric by bootstrap samples that both models share;
// for a binary outcome also McNemar's test at the two thresholds (exact binomial), the continuous
// and two-category net reclassification (Pencina et al. 2011) and the integrated discrimination
// improvement (Pencina et al. 2008).
// The two must hold the same people (`row`); MismatchError otherwise.
std::vector<Difference> compare_models(const Scored& first,
                                       const Scored& second,
                                       double level,
                                       std::size_t replicates,
                                       const base::Context& context);

}  // namespace gcrisk::evaluate
