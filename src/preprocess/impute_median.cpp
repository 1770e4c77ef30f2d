// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "impute_simple.hpp"

namespace gcrisk::preprocess {

namespace {

double typical(const clinical::Column& column) {
  auto values = observed(column);
  return quantile(values, 0.5);
}

}  // namespace

const StepEntry& impute_median_entry() {
  static const StepEntry kEntry = {
      .name = "impute-median",
      .title = "median imputation",
      .purpose =
          "Fills gaps of a measured column with its median over the training set, gaps of a "
          "two-valued or category column with its most frequent value.",
      .parameters = {},
      .make = [](const base::Parameters&) -> std::unique_ptr<Step> {
        return std::make_unique<ImputeSimple>("median", typical);
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
