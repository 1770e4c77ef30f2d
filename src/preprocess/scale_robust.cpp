// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0

#include "scale.hpp"

namespace gcrisk::preprocess {

namespace {

Scale::Line learn_line(std::vector<double>& values) {
  const double median = quantile(values, 0.5);
  const double lower = quantile(values, 0.25);
  return {median, quantile(values, 0.75) - lower};
}

}  // namespace

const StepEntry& scale_robust_entry() {
  static const StepEntry kEntry = {.name = "scale-robust",
                                   .title = "robust scaling",
                                   .purpose =
                                       "Each measured column minus its median, divided by its "
                                       "interquartile range, both over the "
                                       "training set: outliers hardly matter.",
                                   .parameters = {},
                                   .make = [](const base::Parameters&) -> std::unique_ptr<Step> {
                                     return std::make_unique<Scale>(learn_line);
                                   }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
