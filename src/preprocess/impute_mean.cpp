// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "impute_simple.hpp"

namespace gcrisk::preprocess {

namespace {

double typical(const clinical::Column& column) {
  const auto values = observed(column);
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

const StepEntry& impute_mean_entry() {
  static const StepEntry kEntry = {.name = "impute-mean",
                                   .title = "mean imputation",
                                   .purpose =
                                       "Fills gaps of a measured column with its mean over the "
                                       "training set, gaps of a two-valued "
                                       "or category column with its most frequent value.",
                                   .parameters = {},
                                   .make = [](const base::Parameters&) -> std::unique_ptr<Step> {
                                     return std::make_unique<ImputeSimple>("mean", typical);
                                   }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
