// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "imputer_options.hpp"

namespace gcrisk::preprocess {

base::ParameterTable chained_parameters() {
  return {{.name = "impute-ridge",
           .type = base::ParameterType::kNumber,
           .meaning = "penalty on the standardised coefficients, for --impute regression and pmm",
           .default_value = "1",
           .min = 0,
           .open_min = true,
           .group = "tables"},
          {.name = "impute-rounds",
           .type = base::ParameterType::kInteger,
           .meaning = "most rounds of the chained regressions",
           .default_value = "30",
           .min = 1,
           .max = 1000,
           .group = "tables"},
          {.name = "impute-predictors",
           .type = base::ParameterType::kInteger,
           .meaning = "columns that a regression uses, the most correlated first",
           .default_value = "50",
           .min = 1,
           .max = 1000,
           .group = "tables"}};
}

ChainedRegression::Settings chained_settings(const base::Parameters& parameters) {
  return {.ridge = parameters.number("impute-ridge"),
          .rounds = static_cast<std::size_t>(parameters.integer("impute-rounds")),
          .predictors = static_cast<std::size_t>(parameters.integer("impute-predictors"))};
}

}  // namespace gcrisk::preprocess
