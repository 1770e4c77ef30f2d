// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "gcrisk/pipeline/run.hpp"
#include "gcrisk/recommend/record_input.hpp"

namespace gcrisk::pipeline {

// The records of people in a folder of OMOP CDM tables, by person_id. `wanted`: those to keep;
// empty: everybody.
//
// The CDM has no status: an exposure to a drug counts as taken while it runs, one without an end as
// over. A diagnosis that ends within a day of its begin was noted at a visit and goes on; any other
// end ends it. Allergies and planned drugs have no table of their own and are not read.
// Errors: those of io::read_omop; DegenerateError without people.
std::vector<recommend::PersonRecord> read_omop_records(Run& run,
                                                       const std::string& folder,
                                                       const std::set<std::string>& wanted);

}  // namespace gcrisk::pipeline
