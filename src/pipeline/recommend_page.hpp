// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gcrisk/recommend/plan.hpp"

namespace gcrisk::pipeline {

// plan.html: one person's plan for a clinician, most severe first; every text is escaped.
std::string plan_page(const recommend::Plan& plan, const std::string& made_by);

}  // namespace gcrisk::pipeline
