// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gcrisk/base/context.hpp"
#include "gcrisk/io/record_reader.hpp"

namespace gcrisk::io {

// Reads a folder of OMOP CDM 5.3 or 5.4 tables as CSV or TSV (names in any case, gz or not; any
// table but PERSON may be absent). Events go to `sorter`.
//
// Read: PERSON, DEATH, OBSERVATION_PERIOD, VISIT_OCCURRENCE, CONDITION_OCCURRENCE, DRUG_EXPOSURE,
// PROCEDURE_OCCURRENCE, DEVICE_EXPOSURE, MEASUREMENT, OBSERVATION; CONCEPT for the names of codes.
// Eras are derived from these and not read; other tables are named in the report.
//
// A concept becomes VOCABULARY/CODE where CONCEPT has it, else OMOP/<concept_id>. Concept 0 (not
// mapped) becomes the source's concept, or SOURCE/<value>, and is counted. A time of midnight is a
// day. IDs are 64-bit and may be negative; IDs of rows are not looked at, because published sets
// have them twice.
// Errors: ReadError; MalformedError with file:line (a row of another length, an ID that is no
// whole number, an impossible date, a value that is no number; skipped and counted under
// `skip_bad`); MismatchError where a table lacks a column.
// Memory: a few MiB a thread, and the concepts in use.
RecordsRead read_omop(const std::string& folder,
                      const RecordOptions& options,
                      clinical::EventSorter& sorter,
                      const base::Context& context);

// One table in memory, for tests of hostile input; `table` is its name ("measurement").
RecordsRead read_omop_text(std::string_view text,
                           const std::string& table,
                           const RecordOptions& options,
                           clinical::EventSorter& sorter);

}  // namespace gcrisk::io
