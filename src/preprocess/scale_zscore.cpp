// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "scale.hpp"

namespace gcrisk::preprocess {

namespace {

Scale::Line learn_line(std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double sd = std::sqrt(squares / n);
  // What is left of a constant after rounding is no spread.
  return {mean, sd > 1e-12 * std::abs(mean) ? sd : 0};
}

}  // namespace

const StepEntry& scale_zscore_entry() {
  static const StepEntry kEntry = {.name = "scale-zscore",
                                   .title = "z scores",
                                   .purpose =
                                       "Each measured column minus its mean, divided by its "
                                       "standard deviation (divisor n), both "
                                       "over the training set.",
                                   .parameters = {},
                                   .make = [](const base::Parameters&) -> std::unique_ptr<Step> {
                                     return std::make_unique<Scale>(learn_line);
                                   }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
