// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "forest.hpp"
#include "gcrisk/base/parameters.hpp"

namespace gcrisk::models::trees {

// Options that all models of trees share.
base::Parameter class_weight_parameter();
base::Parameter horizon_parameter();

// The options that `tree` and `rf` share, and the settings that they make.
base::ParameterTable tree_parameters();
ForestSettings tree_settings(const base::Parameters& parameters);

}  // namespace gcrisk::models::trees
