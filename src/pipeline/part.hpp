// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "gcrisk/base/parameters.hpp"

// Parts of one run for the tasks of a job array (`compare --task I/N`), which `merge` joins.
namespace gcrisk::pipeline {

struct Part {
  std::size_t index = 1;  // from 1
  std::size_t count = 1;
};

// The option as it was given, the whole where it was not. UsageError unless it is I/N with I from
// 1 to N.
Part parse_part(const base::Parameters& parameters, const std::string& option);

// ".part-3-of-8"
std::string part_suffix(std::size_t index, std::size_t count);

}  // namespace gcrisk::pipeline
