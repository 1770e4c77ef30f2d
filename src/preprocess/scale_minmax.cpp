// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "scale.hpp"

namespace gcrisk::preprocess {

namespace {

Scale::Line learn_line(std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {*low, *high - *low};
}

}  // namespace

const StepEntry& scale_minmax_entry() {
  static const StepEntry kEntry = {.name = "scale-minmax",
                                   .title = "scaling to [0, 1]",
                                   .purpose =
                                       "Each measured column is mapped so that its smallest and "
                                       "largest value in the training set "
                                       "become 0 and 1. Later people may lie outside.",
                                   .parameters = {},
                                   .make = [](const base::Parameters&) -> std::unique_ptr<Step> {
                                     return std::make_unique<Scale>(learn_line);
                                   }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
