// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gcrisk/pipeline/run.hpp"

namespace gcrisk::pipeline {

// `ingest ehr --fhir | --omop | --events`: records to events, and from there to one row a person.
void ingest_records(Run& run);

}  // namespace gcrisk::pipeline
