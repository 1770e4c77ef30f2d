// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/io/record_reader.hpp"

namespace gcrisk::io {

// Reads FHIR R4 as JSON: files and folders of NDJSON (one resource a line, any file name), single
// resources and Bundles, gz or not, told by content. Events go to `sorter`.
//
// Read: Patient, Condition, Observation, MedicationRequest, MedicationStatement,
// MedicationAdministration, Medication, Procedure, Encounter, AllergyIntolerance,
// FamilyMemberHistory, DiagnosticReport, Immunization. Other types are counted. What did not
// happen (entered-in-error, refuted, not-done, cancelled, …) is dropped and counted with its
// reason. References may be relative, absolute, urn:uuid within a bundle, contained or logical (by
// identifier).
//
// Blocks of lines are parsed on the context's threads; what is read does not depend on how many
// there are, nor on the order of the files.
// Errors: ReadError; MalformedError with file:line and resource (broken JSON, a value of the wrong
// type, an impossible date, another version of FHIR); under `skip_bad` these are counted instead,
// except another version.
// Memory: a few MiB a thread, the longest line or bundle (several times), identifiers of patients
// and codes.
RecordsRead read_fhir(const std::vector<std::string>& paths,
                      const RecordOptions& options,
                      clinical::EventSorter& sorter,
                      const base::Context& context);

// The same over one file in memory; `name` stands in messages.
RecordsRead read_fhir_text(std::string_view text,
                           const std::string& name,
                           const RecordOptions& options,
                           clinical::EventSorter& sorter);

// "cohort.ndjson:17: Condition/c1": the resource at RawEvent::line of a file, for messages. Reads
// the file again; without the resource's name where that is not possible.
std::string fhir_place(const std::string& path, std::uint64_t line);

// "http://loinc.org" -> "LOINC": vocabularies as OMOP names them; of an unknown system the last
// part of its address.
std::string vocabulary_of(std::string_view system);

}  // namespace gcrisk::io
