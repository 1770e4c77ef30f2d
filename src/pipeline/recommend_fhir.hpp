// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/pipeline/run.hpp"
#include "gcrisk/recommend/record_input.hpp"

namespace gcrisk::pipeline {

// People of FHIR R4 files: bundles, NDJSON, single resources, folders of them, compressed or not.
// Only what a plan asks for is kept: Patient, Condition, medications, Observation,
// AllergyIntolerance, FamilyMemberHistory, Procedure. What belongs to nobody is counted as
// dropped. Errors: ReadError; MalformedError with file and line (no JSON), or with the resource
// (no FHIR); DegenerateError where there is no Patient.
std::vector<recommend::PersonRecord> read_fhir_records(Run& run,
                                                       const std::vector<std::string>& paths);

}  // namespace gcrisk::pipeline
