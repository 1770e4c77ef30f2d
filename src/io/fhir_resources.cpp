// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// What each type of resource says about its person. Words that drop a resource are those of the
// status lists of FHIR R4 that mean: it did not happen, or it was never true.
#include "fhir_scope.hpp"

namespace gcrisk::io::fhir {

namespace {

constexpr std::string_view kNoDate = "no date";
constexpr std::string_view kNoCode = "no code";

// True where both are there; counts what is absent.
bool complete(Scope& scope, const Code& code, const clinical::Time& time) {
  if (code.code.empty()) scope.drop(kNoCode);
  if (code.code.empty()) return false;
  if (!time.known()) scope.drop(kNoDate);
  return time.known();
}

// us-core race and ethnicity: the coding of the extension's first ombCategory.
void read_ancestry(Scope& scope) {
  each_at(scope.resource(), "extension", [&](const Object& extension) {
    const std::string_view url = text_at(extension, "url");
    const bool race = url.ends_with("us-core-race");
    if (!race && !url.ends_with("us-core-ethnicity")) return;
    each_at(extension, "extension", [&](const Object& part) {
      if (text_at(part, "url") != "ombCategory") return;
      const auto coding = object_at(part, "valueCoding");
      if (!coding) return;
      const Code code = scope.coding_of(*coding, race ? "RACE/" : "ETHNICITY/");
      if (!code.code.empty()) scope.emit(code, {});
    });
  });
}

}  // namespace

void read_patient(Scope& scope) {
  const Object& patient = scope.resource();
  if (scope.id().empty()) throw BadRecord{"a Patient without 'id' cannot be referred to"};
  scope.set_subject_id(scope.id());
  const std::string id(scope.id());
  each_at(patient, "identifier", [&](const Object& identifier) {
    const std::string_view value = text_at(identifier, "value");
    if (value.empty()) return;
    std::string key(text_at(identifier, "system"));
    key += '|';
    key += value;
    scope.yield().identifiers.emplace_back(hash_of_identifier(key), id);
  });
  each_at(patient, "link", [&](const Object& link) {
    if (text_at(link, "type") != "replaced-by") return;
    const auto other = object_at(link, "other");
    const std::string_view reference = other ? text_at(*other, "reference") : std::string_view();
    const auto at = reference.rfind('/');
    if (at == std::string_view::npos) return;
    scope.yield().replaced.emplace(id, std::string(reference.substr(at + 1)));
  });
  if (const std::string_view born = text_at(patient, "birthDate"); !born.empty()) {
    scope.emit({clinical::kBirth, {}}, scope.parse("birthDate", born));
  }
  if (const std::string_view died = text_at(patient, "deceasedDateTime"); !died.empty()) {
    scope.emit({clinical::kDeath, {}}, scope.parse("deceasedDateTime", died));
  } else if (flag_at(patient, "deceasedBoolean").value_or(false)) {
    scope.remark("died on an unknown date");
    scope.emit({clinical::kDeath, {}}, {});
  }
  if (const std::string_view gender = text_at(patient, "gender"); !gender.empty()) {
    const std::string code = "GENDER/" + std::string(gender);
    scope.emit({code, {}}, {});
  }
  read_ancestry(scope);
}

void read_condition(Scope& scope) {
  if (scope.dropped_for("verificationStatus", {"entered-in-error", "refuted"})) return;
  if (!scope.set_subject("subject")) return;
  const clinical::Time onset = scope.time_at({"onsetDateTime", "onsetPeriod", "recordedDate"});
  const Code code = scope.code_at(scope.resource(), "code");
  if (!complete(scope, code, onset)) return;
  scope.emit(code, onset);
  // The end is an event of its own: at onset nobody knew of it.
  const clinical::Time end = scope.time_at({"abatementDateTime", "abatementPeriod"});
  if (end.known()) {
    const std::string begun(code.code);
    scope.emit_end(begun, end);
  } else if (const auto status = object_at(scope.resource(), "clinicalStatus")) {
    each_at(*status, "coding", [&](const Object& coding) {
      const std::string_view word = text_at(coding, "code");
      if (word == "resolved" || word == "remission" || word == "inactive") {
        scope.remark("resolved on an unknown date");
      }
    });
  }
}

void read_observation(Scope& scope) {
  if (scope.dropped_for("status", {"entered-in-error", "cancelled", "registered"})) return;
  if (!scope.set_subject("subject")) return;
  const Object& observation = scope.resource();
  // The value of a period is known at its end.
  clinical::Time time = scope.period_end("effectivePeriod");
  if (!time.known()) {
    time = scope.time_at({"effectiveDateTime", "effectiveInstant", "effectivePeriod", "issued"});
  }
  bool has_parts = false;
  each_at(observation, "component", [&](const Object& part) {
    has_parts = true;
    Scope::Value part_value;
    scope.value_of(part, part_value);
    const Code code = scope.code_at(part, "code");
    if (complete(scope, code, time)) scope.emit(code, time, part_value);
  });
  Scope::Value value;
  const bool has_value = scope.value_of(observation, value);
  if (has_parts && !has_value) return;
  if (!has_value) scope.remark("without a value");
  const Code code = scope.code_at(observation, "code");
  if (complete(scope, code, time)) scope.emit(code, time, value);
}

void read_procedure(Scope& scope) {
  if (scope.dropped_for("status", {"entered-in-error", "not-done", "preparation"})) return;
  if (!scope.set_subject("subject")) return;
  const clinical::Time time = scope.time_at({"performedDateTime", "performedPeriod"});
  const Code code = scope.code_at(scope.resource(), "code");
  if (complete(scope, code, time)) scope.emit(code, time);
}

void read_encounter(Scope& scope) {
  if (scope.dropped_for("status", {"entered-in-error", "cancelled", "planned"})) return;
  if (!scope.set_subject("subject")) return;
  const Object& encounter = scope.resource();
  const clinical::Time begin = scope.time_at({"period"});
  if (!begin.known()) {
    scope.drop(kNoDate);
    return;
  }
  const auto coding = object_at(encounter, "class");
  const std::string_view word = coding ? text_at(*coding, "code") : std::string_view();
  const std::string visit = "VISIT/" + std::string(word.empty() ? "unknown" : word);
  scope.emit({visit, {}}, begin);
  const Code type = scope.code_at(encounter, "type");
  if (!type.code.empty()) scope.emit(type, begin);
  std::string where;
  if (const auto stay = object_at(encounter, "hospitalization")) {
    where = scope.code_at(*stay, "dischargeDisposition").code;
  }
  scope.emit_end(visit, scope.period_end("period"), where);
}

void read_allergy(Scope& scope) {
  if (scope.dropped_for("verificationStatus", {"entered-in-error", "refuted"})) return;
  if (!scope.set_subject("patient")) return;
  const clinical::Time time = scope.time_at({"onsetDateTime", "onsetPeriod", "recordedDate"});
  const Code code = scope.code_at(scope.resource(), "code", "ALLERGY/");
  if (complete(scope, code, time)) scope.emit(code, time);
}

void read_family_history(Scope& scope) {
  if (scope.dropped_for("status", {"entered-in-error", "health-unknown"})) return;
  if (!scope.set_subject("patient")) return;
  const clinical::Time time = scope.time_at({"date"});
  std::string relation;
  if (const auto relationship = object_at(scope.resource(), "relationship")) {
    relation = scope.code_of(*relationship).code;
  }
  bool any = false;
  each_at(scope.resource(), "condition", [&](const Object& condition) {
    any = true;
    const Code code = scope.code_at(condition, "code", "FAMILY/");
    if (complete(scope, code, time)) scope.emit(code, time, {.text = relation});
  });
  if (!any) scope.drop("no condition");
}

void read_diagnostic_report(Scope& scope) {
  if (scope.dropped_for("status", {"entered-in-error", "cancelled", "registered"})) return;
  if (!scope.set_subject("subject")) return;
  const clinical::Time time = scope.time_at({"effectiveDateTime", "effectivePeriod", "issued"});
  const Code code = scope.code_at(scope.resource(), "code");
  if (complete(scope, code, time)) scope.emit(code, time);
}

void read_immunization(Scope& scope) {
  if (scope.dropped_for("status", {"entered-in-error", "not-done"})) return;
  if (!scope.set_subject("patient")) return;
  const clinical::Time time = scope.time_at({"occurrenceDateTime", "recorded"});
  const Code code = scope.code_at(scope.resource(), "vaccineCode");
  if (complete(scope, code, time)) scope.emit(code, time);
}

namespace {

// Medicines share everything but their dates.
void read_medicine(Scope& scope,
                   std::string_view subject,
                   std::initializer_list<std::string_view> dates,
                   std::string_view period) {
  if (flag_at(scope.resource(), "doNotPerform").value_or(false)) {
    scope.drop("not to be given");
    return;
  }
  if (!scope.set_subject(subject)) return;
  const clinical::Time time = scope.time_at(dates);
  bool is_reference = false;
  const Code code = scope.medication(is_reference);
  if (!complete(scope, code, time)) return;
  Scope::Value value;
  if (const auto dosage = scope.type() == "MedicationAdministration"
                              ? object_at(scope.resource(), "dosage")
                              : std::nullopt) {
    if (const auto dose = object_at(*dosage, "dose")) {
      value.number = number_at(*dose, "value").value_or(value.number);
      value.unit = text_at(*dose, "code");
      if (value.unit.empty()) value.unit = text_at(*dose, "unit");
    }
  }
  scope.emit(code, time, value, is_reference);
  const clinical::Time end = period.empty() ? clinical::Time{} : scope.period_end(period);
  if (end.known()) {
    const std::string begun(code.code);
    scope.emit_end(begun, end, {}, is_reference);
  } else if (text_at(scope.resource(), "status") == "stopped") {
    scope.remark("stopped on an unknown date");
  }
}

}  // namespace

void read_medication_request(Scope& scope) {
  if (scope.dropped_for("status", {"entered-in-error", "cancelled", "draft"})) return;
  read_medicine(scope, "subject", {"authoredOn"}, {});
}

void read_medication_statement(Scope& scope) {
  if (scope.dropped_for("status", {"entered-in-error", "intended", "not-taken"})) return;
  read_medicine(scope,
                "subject",
                {"effectiveDateTime", "effectivePeriod", "dateAsserted"},
                "effectivePeriod");
}

void read_medication_administration(Scope& scope) {
  if (scope.dropped_for("status", {"entered-in-error", "not-done"})) return;
  read_medicine(scope, "subject", {"effectiveDateTime", "effectivePeriod"}, "effectivePeriod");
}

void read_medication(Scope& scope) {
  if (scope.id().empty()) return;
  const Code code = scope.code_at(scope.resource(), "code");
  if (code.code.empty()) {
    scope.drop(kNoCode);
    return;
  }
  scope.yield().report.title(code.code, code.title);
  scope.yield().medications.emplace("Medication/" + std::string(scope.id()),
                                    std::string(code.code));
}

}  // namespace gcrisk::io::fhir
