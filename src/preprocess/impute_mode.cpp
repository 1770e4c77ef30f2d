// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "impute_simple.hpp"

namespace gcrisk::preprocess {

namespace {

double typical(const clinical::Column& column) { return most_frequent(column); }

}  // namespace

const StepEntry& impute_mode_entry() {
  static const StepEntry kEntry = {.name = "impute-mode",
                                   .title = "imputation of the most frequent value",
                                   .purpose =
                                       "Fills gaps of a column with its most frequent value in the "
                                       "training set, the smallest of "
                                       "several.",
                                   .parameters = {},
                                   .make = [](const base::Parameters&) -> std::unique_ptr<Step> {
                                     return std::make_unique<ImputeSimple>("mode", typical);
                                   }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
