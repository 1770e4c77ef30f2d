// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "recommend_fhir_resource.hpp"

#include <nlohmann/json.hpp>

namespace gcrisk::pipeline {

namespace {

using recommend::Coding;
using recommend::EntryKind;
using recommend::RecordEntry;

const FhirJson* member(const FhirJson& json, const char* key) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(key);
  return found == json.end() ? nullptr : &*found;
}

// The first of some texts that is there.
std::string first_text(const FhirJson& json, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    std::string text = fhir_text(json, key);
    if (!text.empty()) return text;
  }
  return {};
}

std::string inner_text(const FhirJson& json, const char* key, const char* inner) {
  const FhirJson* found = member(json, key);
  return found == nullptr ? std::string() : fhir_text(*found, inner);
}

void add_concept(const FhirJson* json, std::vector<Coding>& codings, std::string& text) {
  if (json == nullptr || !json->is_object()) return;
  if (text.empty()) text = fhir_text(*json, "text");
  const FhirJson* list = member(*json, "coding");
  if (list == nullptr || !list->is_array()) return;
  for (const FhirJson& one : *list) {
    codings.push_back(
        {fhir_text(one, "system"), fhir_text(one, "code"), fhir_text(one, "display")});
  }
}

// The code of a status that is a CodeableConcept, in lower case.
std::string status_code(const FhirJson& json, const char* key) {
  std::vector<Coding> codings;
  std::string text;
  add_concept(member(json, key), codings, text);
  std::string code = codings.empty() ? text : codings.front().code;
  for (char& c : code) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return code;
}

void add_value(const FhirJson& json, RecordEntry& entry) {
  if (const FhirJson* quantity = member(json, "valueQuantity")) {
    const FhirJson* value = member(*quantity, "value");
    if (value != nullptr && value->is_number()) {
      entry.has_number = true;
      entry.number = value->get<double>();
    }
    entry.unit = first_text(*quantity, {"code", "unit"});
  }
  if (const FhirJson* number = member(json, "valueInteger"); number && number->is_number()) {
    entry.has_number = true;
    entry.number = number->get<double>();
  }
  add_concept(member(json, "valueCodeableConcept"), entry.value_codings, entry.value_text);
  if (entry.value_text.empty()) entry.value_text = fhir_text(json, "valueString");
  if (const FhirJson* flag = member(json, "valueBoolean"); flag && flag->is_boolean()) {
    entry.value_text = flag->get<bool>() ? "positive" : "negative";
  }
}

void add_observation(const FhirJson& json, RecordEntry& entry) {
  add_concept(member(json, "code"), entry.codings, entry.text);
  add_value(json, entry);
  entry.date = first_text(json, {"effectiveDateTime", "effectiveInstant"});
  if (entry.date.empty()) entry.date = inner_text(json, "effectivePeriod", "start");
  entry.recorded = fhir_text(json, "issued");
  const FhirJson* parts = member(json, "component");
  if (parts == nullptr || !parts->is_array()) return;
  for (const FhirJson& part : *parts) {
    RecordEntry one;
    one.kind = EntryKind::kObservation;
    one.resource = entry.resource;
    add_concept(member(part, "code"), one.codings, one.text);
    add_value(part, one);
    entry.components.push_back(std::move(one));
  }
}

// Where a course of a medication ends, if that is stated.
std::string end_of_course(const FhirJson& json) {
  std::string end = inner_text(json, "effectivePeriod", "end");
  if (const FhirJson* dispense = member(json, "dispenseRequest"); dispense && end.empty()) {
    end = inner_text(*dispense, "validityPeriod", "end");
  }
  for (const char* key : {"dosageInstruction", "dosage"}) {
    const FhirJson* list = member(json, key);
    if (list == nullptr || !list->is_array()) continue;
    for (const FhirJson& one : *list) {
      const FhirJson* timing = member(one, "timing");
      const FhirJson* repeat = timing == nullptr ? nullptr : member(*timing, "repeat");
      if (repeat == nullptr || !end.empty()) continue;
      end = inner_text(*repeat, "boundsPeriod", "end");
    }
  }
  return end;
}

void add_medication(const FhirJson& json,
                    const std::function<const FhirJson*(const std::string&)>& follow,
                    RecordEntry& entry) {
  add_concept(member(json, "medicationCodeableConcept"), entry.codings, entry.text);
  if (const FhirJson* reference = member(json, "medicationReference")) {
    const std::string name = fhir_text(*reference, "reference");
    const FhirJson* found = nullptr;
    const FhirJson* contained = member(json, "contained");
    if (name.starts_with('#') && contained != nullptr && contained->is_array()) {
      for (const FhirJson& one : *contained) {
        if ("#" + fhir_text(one, "id") == name) found = &one;
      }
    } else {
      found = follow(name);
    }
    if (found != nullptr) add_concept(member(*found, "code"), entry.codings, entry.text);
    if (entry.text.empty()) entry.text = fhir_text(*reference, "display");
  }
  entry.intent = fhir_text(json, "intent");
  if (const FhirJson* flag = member(json, "doNotPerform"); flag && flag->is_boolean()) {
    entry.negated = flag->get<bool>();
  }
  entry.date =
      first_text(json, {"effectiveDateTime", "authoredOn", "whenHandedOver", "whenPrepared"});
  if (const std::string start = inner_text(json, "effectivePeriod", "start"); !start.empty()) {
    entry.date = start;
  }
  entry.recorded = fhir_text(json, "dateAsserted");
  entry.end = end_of_course(json);
}

void add_condition(const FhirJson& json, RecordEntry& entry) {
  add_concept(member(json, "code"), entry.codings, entry.text);
  entry.clinical = status_code(json, "clinicalStatus");
  entry.verification = status_code(json, "verificationStatus");
  entry.date = first_text(json, {"onsetDateTime"});
  if (entry.date.empty()) entry.date = inner_text(json, "onsetPeriod", "start");
  entry.recorded = fhir_text(json, "recordedDate");
  entry.end = fhir_text(json, "abatementDateTime");
  if (entry.end.empty()) entry.end = inner_text(json, "abatementPeriod", "end");
  for (const char* key : {"bodySite", "stage", "note"}) {
    const FhirJson* list = member(json, key);
    if (list == nullptr || !list->is_array()) continue;
    for (const FhirJson& one : *list) {
      entry.notes.push_back(fhir_text(one, "text"));
      if (const FhirJson* summary = member(one, "summary")) {
        std::vector<Coding> codings;
        std::string text;
        add_concept(summary, codings, text);
        entry.notes.push_back(text);
        for (const Coding& coding : codings) entry.notes.push_back(coding.display);
      }
    }
  }
}

}  // namespace

std::string fhir_text(const FhirJson& json, const char* key) {
  const FhirJson* found = member(json, key);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

std::string fhir_subject(const FhirJson& resource) {
  std::string name = inner_text(resource, "subject", "reference");
  return name.empty() ? inner_text(resource, "patient", "reference") : name;
}

recommend::PersonRecord fhir_person(const FhirJson& patient) {
  recommend::PersonRecord out;
  out.id = fhir_text(patient, "id");
  out.sex = fhir_text(patient, "gender");
  out.birth_date = fhir_text(patient, "birthDate");
  out.death_date = fhir_text(patient, "deceasedDateTime");
  if (const FhirJson* list = member(patient, "identifier"); list && list->is_array()) {
    for (const FhirJson& one : *list) out.identifiers.push_back(fhir_text(one, "value"));
  }
  if (const FhirJson* list = member(patient, "extension"); list && list->is_array()) {
    for (const FhirJson& one : *list) {
      if (!fhir_text(one, "url").ends_with("us-core-race")) continue;
      const FhirJson* parts = member(one, "extension");
      if (parts == nullptr || !parts->is_array()) continue;
      for (const FhirJson& part : *parts) {
        if (fhir_text(part, "url") != "ombCategory") continue;
        out.races.push_back(inner_text(part, "valueCoding", "code"));
      }
    }
  }
  return out;
}

std::optional<RecordEntry> fhir_entry(
    const FhirJson& resource, const std::function<const FhirJson*(const std::string&)>& follow) {
  const std::string type = fhir_text(resource, "resourceType");
  RecordEntry entry;
  entry.resource = type + "/" + fhir_text(resource, "id");
  entry.status = fhir_text(resource, "status");
  if (type == "Condition") {
    entry.kind = EntryKind::kCondition;
    add_condition(resource, entry);
  } else if (type == "MedicationRequest" || type == "MedicationStatement" ||
             type == "MedicationAdministration" || type == "MedicationDispense") {
    entry.kind = EntryKind::kMedication;
    add_medication(resource, follow, entry);
  } else if (type == "Observation") {
    entry.kind = EntryKind::kObservation;
    add_observation(resource, entry);
  } else if (type == "AllergyIntolerance") {
    entry.kind = EntryKind::kAllergy;
    add_condition(resource, entry);
    if (const FhirJson* list = member(resource, "reaction"); list && list->is_array()) {
      for (const FhirJson& one : *list) {
        std::string text;
        add_concept(member(one, "substance"), entry.codings, text);
        if (entry.text.empty()) entry.text = text;
      }
    }
  } else if (type == "Procedure") {
    entry.kind = EntryKind::kProcedure;
    add_concept(member(resource, "code"), entry.codings, entry.text);
    entry.date = fhir_text(resource, "performedDateTime");
    if (entry.date.empty()) entry.date = inner_text(resource, "performedPeriod", "start");
  } else if (type == "FamilyMemberHistory") {
    entry.kind = EntryKind::kFamilyHistory;
    entry.date = fhir_text(resource, "date");
    entry.text = "family history";
    if (const FhirJson* list = member(resource, "condition"); list && list->is_array()) {
      for (const FhirJson& one : *list) {
        RecordEntry relative;
        add_concept(member(one, "code"), relative.codings, relative.text);
        entry.relatives.push_back(std::move(relative));
      }
    }
  } else {
    return std::nullopt;
  }
  return entry;
}

}  // namespace gcrisk::pipeline
