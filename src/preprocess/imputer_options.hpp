// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chained_regression.hpp"

namespace gcrisk::preprocess {

// The options that regression and predictive mean matching share.
base::ParameterTable chained_parameters();
ChainedRegression::Settings chained_settings(const base::Parameters& parameters);

}  // namespace gcrisk::preprocess
