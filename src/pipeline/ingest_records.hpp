// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gcrisk/base/parameters.hpp"
#include "gcrisk/pipeline/run.hpp"

namespace gcrisk::pipeline {

// Options of `ingest ehr` that only dated records have.
base::ParameterTable record_parameters();

// `ingest ehr --fhir | --omop | --events`: records to events, and from there to one row a person.
void ingest_records(Run& run);

}  // namespace gcrisk::pipeline
