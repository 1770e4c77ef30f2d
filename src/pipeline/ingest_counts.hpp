// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gcrisk/base/output.hpp"
#include "gcrisk/clinical/ingest_report.hpp"
#include "gcrisk/pipeline/run.hpp"

// What `ingest ehr` met in records and what became of it.
namespace gcrisk::pipeline {

// #TYPE WHAT REASON COUNT, in the order of types. `hide_small`: counts of 1 to 10 are written as
// <11.
void write_counts(base::OutputFile& file, const clinical::IngestReport& report, bool hide_small);

// The same for log and manifest. `hide_examples`: messages about broken records may hold what
// identifies a person.
void tell_counts(Run& run, const clinical::IngestReport& report, bool hide_examples);

}  // namespace gcrisk::pipeline
