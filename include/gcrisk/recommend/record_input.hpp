// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

// What was written about a person, before it is understood: filled by the readers of FHIR, of
// tables and of OMOP, consumed by `read_record`. Plain data.
namespace gcrisk::recommend {

struct Coding {
  std::string system;  // "http://loinc.org", "http://snomed.info/sct", …; empty: not stated
  std::string code;
  std::string display;
};

enum class EntryKind {
  kCondition,
  kMedication,  // requests, statements, administrations, dispenses
  kObservation,
  kAllergy,
  kFamilyHistory,
  kProcedure,
};

// One statement of a record. Texts are as written; nothing is judged here.
struct RecordEntry {
  EntryKind kind = EntryKind::kCondition;
  std::string resource;  // "Condition/c1", "record.tsv:12", for evidence
  std::vector<Coding> codings;
  std::string text;
  std::string status;        // of medications, observations, procedures, family history
  std::string clinical;      // clinicalStatus of conditions and allergies
  std::string verification;  // verificationStatus of conditions and allergies
  std::string intent;        // of medication requests: order, plan, proposal …
  bool negated = false;      // doNotPerform, not-taken
  std::string date;          // onset, authored, effective
  std::string recorded;      // when it was written down, where that is stated
  std::string end;           // abatement, end of the course
  bool has_number = false;
  double number = 0;
  std::string unit;                     // UCUM code, else the printed unit
  std::vector<Coding> value_codings;    // of an answer by code
  std::string value_text;               // of an answer in words
  std::vector<std::string> notes;       // body site, stage, notes: searched for words alone
  std::vector<RecordEntry> components;  // of observations
  std::vector<RecordEntry> relatives;   // of family history: conditions of the relative
};

struct PersonRecord {
  std::string id;                        // Patient.id, the key of a table row
  std::vector<std::string> identifiers;  // other names of the same person
  std::string sex;                       // "female", "male", else not known
  std::string birth_date;
  std::string age;  // in years, where a table has it instead of a birth date
  std::string death_date;
  std::vector<std::string> races;    // codes or words, as stated by the person
  std::vector<RecordEntry> entries;  // in the order of the file
  std::string timestamp;             // of the bundle
  std::string source;                // path, for messages
};

}  // namespace gcrisk::recommend
