// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// How other versions of FHIR give themselves away: members whose name or type changed.
#include <array>

#include "fhir_scope.hpp"

namespace gcrisk::io::fhir {

namespace {

enum class Kind { kAny, kText, kObject, kArray };

struct Mark {
  std::string_view type;
  std::string_view key;
  Kind kind;
  std::string_view version;
};

constexpr std::array kMarks = {
    Mark{"Condition", "clinicalStatus", Kind::kText, "STU3 or older"},
    Mark{"Condition", "patient", Kind::kAny, "DSTU2"},
    Mark{"Condition", "assertedDate", Kind::kAny, "STU3"},
    Mark{"AllergyIntolerance", "clinicalStatus", Kind::kText, "STU3 or older"},
    Mark{"AllergyIntolerance", "substance", Kind::kAny, "DSTU2"},
    Mark{"AllergyIntolerance", "assertedDate", Kind::kAny, "STU3"},
    Mark{"AllergyIntolerance", "type", Kind::kObject, "R5"},
    Mark{"Encounter", "class", Kind::kText, "DSTU2"},
    Mark{"Encounter", "class", Kind::kArray, "R5"},
    Mark{"Encounter", "actualPeriod", Kind::kAny, "R5"},
    Mark{"Observation", "comments", Kind::kAny, "DSTU2"},
    Mark{"Observation", "context", Kind::kAny, "STU3"},
    Mark{"MedicationRequest", "medication", Kind::kAny, "R5"},
    Mark{"MedicationRequest", "context", Kind::kAny, "STU3"},
    Mark{"MedicationStatement", "medication", Kind::kAny, "R5"},
    Mark{"MedicationStatement", "taken", Kind::kAny, "STU3"},
    Mark{"MedicationAdministration", "medication", Kind::kAny, "R5"},
    Mark{"MedicationAdministration", "notGiven", Kind::kAny, "STU3"},
    Mark{"Procedure", "notDone", Kind::kAny, "STU3"},
    Mark{"Procedure", "notPerformed", Kind::kAny, "DSTU2"},
    Mark{"Procedure", "occurrenceDateTime", Kind::kAny, "R5"},
    Mark{"Procedure", "occurrencePeriod", Kind::kAny, "R5"},
    Mark{"Immunization", "notGiven", Kind::kAny, "STU3"},
    Mark{"Immunization", "wasNotGiven", Kind::kAny, "DSTU2"},
    Mark{"Patient", "animal", Kind::kAny, "STU3 or older"},
    Mark{"FamilyMemberHistory", "notDone", Kind::kAny, "STU3"},
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kOldTypes = {{
    {"MedicationOrder", "DSTU2"},
    {"DiagnosticOrder", "DSTU2"},
    {"Conformance", "DSTU2"},
    {"OrderResponse", "DSTU2"},
    {"ProcedureRequest", "STU3 or older"},
    {"ReferralRequest", "STU3 or older"},
    {"DataElement", "STU3 or older"},
    {"Sequence", "STU3"},
    {"DeviceUseRequest", "DSTU2"},
}};

bool fits(const Json& value, Kind kind) {
  switch (kind) {
    case Kind::kText: return value.is_string();
    case Kind::kObject: return value.is_object();
    case Kind::kArray: return value.is_array();
    default: return true;
  }
}

[[noreturn]] void refuse(std::string_view what, std::string_view version) {
  throw OtherVersion{std::string(what) + ", as FHIR " + std::string(version) +
                     " has it, expected FHIR R4"};
}

}  // namespace

void check_version(const Object& resource, std::string_view type) {
  for (const auto& [old, version] : kOldTypes) {
    if (type == old) refuse("the resource type is " + std::string(type), version);
  }
  for (const Mark& mark : kMarks) {
    if (mark.type != type) continue;
    Json value;
    if (resource.at_key(mark.key).get(value) != simdjson::SUCCESS) continue;
    if (!fits(value, mark.kind)) continue;
    refuse("'" + std::string(mark.key) + "' " +
               (mark.kind == Kind::kAny ? "is there" : "is " + std::string(kind_of(value))),
           mark.version);
  }
  if (type == "CapabilityStatement") {
    const std::string_view version = text_at(resource, "fhirVersion");
    if (!version.empty() && !version.starts_with("4.")) {
      refuse("fhirVersion is " + std::string(version), version);
    }
  }
}

}  // namespace gcrisk::io::fhir
