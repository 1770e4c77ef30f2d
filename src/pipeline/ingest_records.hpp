// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "gcrisk/base/parameters.hpp"
#include "gcrisk/clinical/event_sorter.hpp"
#include "gcrisk/io/record_reader.hpp"
#include "gcrisk/pipeline/run.hpp"

namespace gcrisk::pipeline {

// Options of `ingest ehr` that only dated records have.
base::ParameterTable record_parameters();

// What the readers of records need to know, from --on-bad-record, --checksums, --prefer-systems.
io::RecordOptions record_options(const base::Parameters& parameters);
// What may be held before it is put aside.
std::size_t record_sort_memory(const base::Context& context);
// People whose record goes on under another ID, under that.
std::unique_ptr<clinical::EventSorter> merge_replaced(std::unique_ptr<clinical::EventSorter> sorter,
                                                      const io::RecordsRead& read,
                                                      const std::filesystem::path& folder,
                                                      std::size_t memory);

// `ingest ehr --fhir | --omop | --events`: records to events, and from there to one row a person.
void ingest_records(Run& run);

}  // namespace gcrisk::pipeline
