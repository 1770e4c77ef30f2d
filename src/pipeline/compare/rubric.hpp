// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan.hpp"

namespace gcrisk::pipeline {

// Marks from 1 to 5 by the rubric of docs/compare.md: properties of the method, not of a fit.
struct Marks {
  int interpretability = 0;
  int privacy = 0;
};

Marks marks_of(const CompareRow& row);

}  // namespace gcrisk::pipeline
