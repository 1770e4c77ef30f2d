// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir_json.hpp"
#include "gcrisk/clinical/event_block.hpp"
#include "gcrisk/clinical/events.hpp"
#include "gcrisk/clinical/ingest_report.hpp"
#include "gcrisk/io/record_reader.hpp"

namespace gcrisk::io::fhir {

// What one block of input leaves.
struct Yield {
  clinical::EventBlock events;
  clinical::EventBlock by_identifier;  // the subject is "system|value" of a patient's identifier
  clinical::TextMap medications;       // from Medication/<id> to its code
  // Hash of "system|value" and the patient's ID.
  std::vector<std::pair<std::uint64_t, std::string>> identifiers;
  clinical::TextMap replaced;  // from a patient's ID to the one that took its place
  clinical::IngestReport report;

  void clear() {
    events.clear();
    by_identifier.clear();
    medications.clear();
    identifiers.clear();
    replaced.clear();
    report.clear();
  }
};

// Full addresses of a bundle's entries: to "Type/id", and to the resource itself.
struct BundleIndex {
  struct Entry {
    std::string reference;
    Object resource;
  };
  std::unordered_map<std::string, Entry, clinical::TextHash, std::equal_to<>> entries;
  const Entry* find(std::string_view address) const {
    const auto at = entries.find(address);
    return at == entries.end() ? nullptr : &at->second;
  }
};

// Where a concept was found: VOCABULARY/CODE and how its source calls it.
struct Code {
  std::string_view code;  // valid until the scope makes the next one; empty: none
  std::string_view title;
};

struct Value {
  double number = std::numeric_limits<double>::quiet_NaN();
  std::string_view text;
  std::string_view unit;
};

// Who a resource is about.
struct Subject {
  std::string_view id;
  bool is_identifier = false;  // "system|value" instead
};

// One resource being read, with all that is needed to understand it. Writes its events.
class Scope {
 public:
  Scope(const RecordOptions& options, Yield& yield) : options_(options), yield_(yield) {}

  // Begins a resource. `bundle` may be null.
  void begin(const Object& resource,
             std::uint32_t file,
             std::uint64_t line,
             const BundleIndex* bundle);
  const Object& resource() const { return resource_; }
  std::string_view type() const { return type_; }
  std::string_view id() const { return id_; }
  Yield& yield() { return yield_; }

  // Takes back what this resource has left so far.
  void undo();

  // Drops the resource where `key` (a word, or a CodeableConcept's code) is one of `words`; counts
  // it with the word. True: dropped.
  bool dropped_for(std::string_view key, std::initializer_list<std::string_view> words);
  void drop(std::string_view reason) { yield_.report.drop(type_, reason); }
  void remark(std::string_view what) { yield_.report.remark(type_, what); }

  // Finds whom `key` refers to; false (counted) where that is no patient.
  bool set_subject(std::string_view key);
  void set_subject_id(std::string_view id) { subject_ = {id, false}; }

  // The preferred coding of a CodeableConcept (or of a list of them: the first), with `prefix` in
  // front. Text alone becomes TEXT/<text>.
  Code code_at(const Object& object, std::string_view key, std::string_view prefix = {});
  Code code_of(const Object& concept_object, std::string_view prefix = {});
  Code coding_of(const Object& coding, std::string_view prefix = {});
  // medicationCodeableConcept or medicationReference; `is_reference`: it is known later.
  Code medication(bool& is_reference);

  // The first of these members that is there: a dateTime, or a Period of which the start (`end`:
  // the end if there is one) counts. An unknown time is not an error.
  clinical::Time time_at(std::initializer_list<std::string_view> keys);
  clinical::Time period_end(std::string_view key);
  clinical::Time parse(std::string_view key, std::string_view text) const;

  using Value = fhir::Value;
  // value[x] of an Observation or of a component; false where there is none.
  bool value_of(const Object& object, Value& value);

  void emit(const Code& code,
            const clinical::Time& time,
            const Value& value = {},
            bool is_reference = false);
  // `code`//END at `time`, if that is known.
  void emit_end(std::string_view code,
                const clinical::Time& time,
                std::string_view text = {},
                bool is_reference = false);

 private:
  bool set_identifier(const Object& identifier);
  bool set_contained(std::string_view id);
  const RecordOptions& options_;
  Yield& yield_;
  Object resource_;
  std::string_view type_;
  std::string_view id_;
  std::uint32_t file_ = 0;
  std::uint64_t line_ = 0;
  std::uint64_t hash_ = 0;
  const BundleIndex* bundle_ = nullptr;
  void name_code(std::uint32_t number, const Code& code);
  std::vector<std::string> titles_;  // told last, by the number of the code
  std::string counted_type_;         // of the two counters
  std::uint64_t* n_events_ = nullptr;
  std::uint64_t* n_seen_ = nullptr;
  std::size_t events_before_ = 0;  // marks of the two blocks
  std::size_t by_identifier_before_ = 0;
  std::uint64_t n_emitted_ = 0;
  Subject subject_;
  std::string subject_text_;
  std::string code_text_;
  std::string value_text_;
  std::string end_text_;
};

// "Patient/17" of "https://server/fhir/Patient/17/_history/2"; empty where it is no such address.
std::string_view relative_part(std::string_view reference);

std::uint64_t hash_of_identifier(std::string_view system_and_value);

// Another version of FHIR: refused by name whatever --on-bad-record says.
struct OtherVersion {
  std::string message;
};

// One function a type of resource; subject and status are theirs to look at.
void read_patient(Scope& scope);
void read_condition(Scope& scope);
void read_observation(Scope& scope);
void read_medication_request(Scope& scope);
void read_medication_statement(Scope& scope);
void read_medication_administration(Scope& scope);
void read_medication(Scope& scope);
void read_procedure(Scope& scope);
void read_encounter(Scope& scope);
void read_allergy(Scope& scope);
void read_family_history(Scope& scope);
void read_diagnostic_report(Scope& scope);
void read_immunization(Scope& scope);

// Throws OtherVersion where the resource is written as DSTU2, STU3 or R5 write it.
void check_version(const Object& resource, std::string_view type);

}  // namespace gcrisk::io::fhir
