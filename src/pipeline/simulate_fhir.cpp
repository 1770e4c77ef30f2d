// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate_fhir.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "gcrisk/base/json.hpp"

namespace gcrisk::pipeline {

namespace {

using base::Json;
using clinical::FieldType;

constexpr int kIndexYear = 2020;

Json concept_of(const std::string& system, const std::string& code, const std::string& display) {
  Json coding = {{"system", system}, {"code", code}};
  if (!display.empty()) coding["display"] = display;
  return {{"coding", Json::array({coding})}};
}

Json subject(const std::string& id) { return {{"reference", "Patient/" + id}}; }

Json encounter(const std::string& id, const std::string& number, const std::string& day) {
  return {
      {"resourceType", "Encounter"},
      {"id", id + "-visit-" + number},
      {"status", "finished"},
      {"class", {{"system", "http://terminology.hl7.org/CodeSystem/v3-ActCode"}, {"code", "AMB"}}},
      {"subject", subject(id)},
      {"period", {{"start", day}, {"end", day}}}};
}

Json observation(const std::string& id, const clinical::Column& column, std::size_t row) {
  const clinical::Field& field = column.field;
  Json out = {{"resourceType", "Observation"},
              {"id", id + "-" + field.name},
              {"status", "final"},
              {"code", concept_of("http://loinc.org", field.code, field.title)},
              {"subject", subject(id)},
              {"effectiveDateTime", "2019-12-15"}};
  if (field.type == FieldType::kCategory) {
    const auto level = static_cast<std::size_t>(column.codes[row]);
    out["valueCodeableConcept"] = concept_of("urn:gcrisk:simulated", field.levels[level], "");
  } else {
    out["valueQuantity"] = {{"value", column.numbers[row]},
                            {"unit", field.unit},
                            {"system", "http://unitsofmeasure.org"},
                            {"code", field.unit}};
  }
  return out;
}

Json patient(const std::string& id, const clinical::Table& table, std::size_t row) {
  Json out = {{"resourceType", "Patient"}, {"id", id}};
  if (const auto* sex = table.find("sex"); sex != nullptr && !sex->is_missing(row)) {
    out["gender"] = sex->field.levels[static_cast<std::size_t>(sex->codes[row])];
  }
  if (const auto* age = table.find("age"); age != nullptr && !age->is_missing(row)) {
    out["birthDate"] = std::to_string(kIndexYear - static_cast<int>(age->numbers[row])) + "-01-01";
  }
  return out;
}

}  // namespace

void write_fhir(base::OutputFile& file,
                const clinical::Table& table,
                const std::vector<bool>& is_case,
                const std::string& outcome) {
  std::string text;
  const auto add = [&](const Json& resource) {
    text += resource.dump();
    text += '\n';
  };
  for (std::size_t row = 0; row < table.n_rows(); ++row) {
    const std::string& id = table.ids()[row];
    add(patient(id, table, row));
    for (const auto& column : table.columns()) {
      const std::string& name = column.field.name;
      const bool in_patient = name == "age" || name == "sex";
      if (in_patient || column.field.code.empty() || column.is_missing(row)) continue;
      add(observation(id, column, row));
    }
    add(encounter(id, "0", "2019-12-15"));
    add(encounter(id, "1", kSimulatedIndex));
    add(encounter(id, "2", "2022-01-01"));
    if (!is_case.empty() && is_case[row]) {
      add({{"resourceType", "Condition"},
           {"id", id + "-" + outcome},
           {"subject", subject(id)},
           {"code", concept_of("urn:gcrisk:simulated", outcome, "simulated outcome")},
           {"onsetDateTime", "2020-07-01"}});
    }
    file.write(text);
    text.clear();
  }
}

}  // namespace gcrisk::pipeline
