// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/hash.hpp"
#include "gcrisk/clinical/event_sorter.hpp"
#include "gcrisk/clinical/ingest_report.hpp"

// What the readers of health records (FHIR, OMOP, event tables) have in common.
namespace gcrisk::io {

struct RecordOptions {
  bool skip_bad = false;  // --on-bad-record skip: count what is broken and go on
  base::Checksum checksum = base::Checksum::kXxh3;
  // Of several codings of one concept the first of these vocabularies; else the first coding.
  std::vector<std::string> prefer_systems;
};

struct RecordFile {
  std::string path;
  std::string checksum;
};

// What is left when all events are in the sorter.
struct RecordsRead {
  clinical::IngestReport report;
  clinical::TextMap references;   // from a reference to its code
  clinical::TextMap replaced;     // people whose record goes on under another ID
  std::vector<RecordFile> files;  // in the order of RawEvent::file
};

}  // namespace gcrisk::io
