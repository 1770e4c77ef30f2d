// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gcrisk/base/parameters.hpp"

namespace gcrisk::pipeline {

base::ParameterTable select_parameters();

struct Clumping {
  double r_squared;
  std::int64_t distance_bp;
};

// --clump R2,KB. UsageError where it is not that.
std::optional<Clumping> clumping_of(const base::Parameters& p);

// lasso and rfe see all variants at once and order them by something else than p.
bool is_joint(const std::string& method);

// What belongs to tests of single variants excludes the methods that see all variants at once, and
// what belongs to rfe excludes all others. UsageError.
void check_joint_options(const base::Parameters& p);

}  // namespace gcrisk::pipeline
