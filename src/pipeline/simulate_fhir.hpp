// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/base/output.hpp"
#include "gcrisk/clinical/table.hpp"

namespace gcrisk::pipeline {

// The day on which simulated records know everybody's values; the outcome comes after it.
inline constexpr const char* kSimulatedIndex = "2020-01-01";

// Records of simulated people as FHIR R4, NDJSON: for each a Patient, an Observation for every
// value that has a LOINC code, an Encounter on the day of the index and one two years later, and
// for cases (`is_case`, or empty) a Condition simulated/<outcome> half a year after the index.
// `gcrisk ingest ehr --fhir` reads it back.
void write_fhir(base::OutputFile& file,
                const clinical::Table& table,
                const std::vector<bool>& is_case,
                const std::string& outcome);

}  // namespace gcrisk::pipeline
