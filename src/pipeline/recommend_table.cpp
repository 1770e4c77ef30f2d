// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "recommend_table.hpp"

#include <array>

#include "gcrisk/base/text.hpp"
#include "gcrisk/io/table.hpp"

namespace gcrisk::pipeline {

namespace {

using recommend::EntryKind;
using recommend::PersonRecord;
using recommend::RecordEntry;

struct LabColumn {
  const char* name;
  const char* loinc;
  const char* unit;
};

constexpr std::array kLabs = {LabColumn{"creatinine_mg_dl", "2160-0", "mg/dL"},
                              LabColumn{"creatinine_umol_l", "14682-9", "umol/L"},
                              LabColumn{"egfr", "98979-8", "mL/min/{1.73_m2}"},
                              LabColumn{"inr", "6301-6", "{INR}"},
                              LabColumn{"bilirubin_mg_dl", "1975-2", "mg/dL"},
                              LabColumn{"alt_u_l", "1742-6", "U/L"},
                              LabColumn{"ldl_mg_dl", "13457-7", "mg/dL"},
                              LabColumn{"ldl_mmol_l", "13457-7", "mmol/L"},
                              LabColumn{"hba1c_pct", "4548-4", "%"},
                              LabColumn{"platelets", "777-3", "10*3/uL"},
                              LabColumn{"neutrophils", "751-8", "10*3/uL"},
                              LabColumn{"lvef_pct", "10230-1", "%"},
                              LabColumn{"qtc_ms", "8634-8", "ms"},
                              LabColumn{"weight_kg", "29463-7", "kg"},
                              LabColumn{"height_cm", "8302-2", "cm"},
                              LabColumn{"bmi", "39156-5", "kg/m2"},
                              LabColumn{"systolic_mm_hg", "8480-6", "mm[Hg]"}};

// "I63.9" is a code, "stroke" a word.
bool looks_like_icd10(std::string_view text) {
  return text.size() >= 3 && text.size() <= 8 && text[0] >= 'A' && text[0] <= 'Z' &&
         text[1] >= '0' && text[1] <= '9';
}

class Row {
 public:
  Row(const clinical::Table& table, std::size_t row, std::string place)
      : table_(table), row_(row), place_(std::move(place)) {}

  // The cell as text; empty where it is missing or the column absent.
  std::string cell(const char* name) const {
    const clinical::Column* column = table_.find(name);
    if (column == nullptr || column->is_missing(row_)) return {};
    if (column->field.type == clinical::FieldType::kBoolean) {
      return column->numbers[row_] != 0 ? "yes" : "no";
    }
    return clinical::format_cell(*column, row_);
  }

  void add_list(const char* name,
                EntryKind kind,
                PersonRecord& person,
                const char* intent = "") const {
    const std::string text = cell(name);
    if (text.empty()) return;
    for (const auto part : base::split(text, ';')) {
      const std::string word(base::trim(part));
      if (word.empty()) continue;
      RecordEntry entry = make(kind, name);
      if (kind == EntryKind::kCondition && looks_like_icd10(word)) {
        entry.codings = {{"http://hl7.org/fhir/sid/icd-10-cm", word, ""}};
      }
      entry.text = word == "none" ? "no known" : word;
      if (word == "none" && kind != EntryKind::kAllergy) continue;
      entry.intent = intent;
      if (kind == EntryKind::kMedication) entry.status = "active";
      if (kind == EntryKind::kFamilyHistory) {
        RecordEntry relative = entry;
        entry.text = "family history";
        entry.relatives = {std::move(relative)};
      }
      person.entries.push_back(std::move(entry));
    }
  }

  RecordEntry make(EntryKind kind, const char* column) const {
    RecordEntry entry;
    entry.kind = kind;
    entry.resource = place_ + ":" + column;
    entry.date = cell("date");
    return entry;
  }

 private:
  const clinical::Table& table_;
  std::size_t row_;
  std::string place_;
};

void add_answers(const Row& row, PersonRecord& person) {
  for (const LabColumn& lab : kLabs) {
    const auto value = base::parse_number(row.cell(lab.name));
    if (!value) continue;
    RecordEntry entry = row.make(EntryKind::kObservation, lab.name);
    entry.codings = {{"http://loinc.org", lab.loinc, lab.name}};
    entry.has_number = true;
    entry.number = *value;
    entry.unit = lab.unit;
    person.entries.push_back(std::move(entry));
  }
  if (const std::string pregnant = base::to_lower(row.cell("pregnant")); !pregnant.empty()) {
    RecordEntry entry = row.make(EntryKind::kObservation, "pregnant");
    entry.codings = {{"http://loinc.org", "82810-3", "pregnancy status"}};
    entry.value_text = pregnant == "yes" || pregnant == "1" || pregnant == "true"   ? "pregnant"
                       : pregnant == "no" || pregnant == "0" || pregnant == "false" ? "not pregnant"
                                                                                    : pregnant;
    person.entries.push_back(std::move(entry));
  }
  if (const std::string smoking = base::to_lower(row.cell("smoking")); !smoking.empty()) {
    RecordEntry entry = row.make(EntryKind::kObservation, "smoking");
    entry.codings = {{"http://loinc.org", "72166-2", "smoking status"}};
    const bool yes = smoking == "yes" || smoking == "current" || smoking == "1";
    const bool no = smoking == "no" || smoking == "never" || smoking == "0";
    entry.value_text = yes ? "current smoker" : no ? "never smoker" : smoking;
    person.entries.push_back(std::move(entry));
  }
}

}  // namespace

std::vector<PersonRecord> read_table_records(Run& run, const std::string& path) {
  io::TableOptions options;
  // Lists and names are words whatever a few rows look like.
  for (const char* name : {"medications",
                           "planned",
                           "allergies",
                           "conditions",
                           "family_history",
                           "ancestry",
                           "sex",
                           "smoking",
                           "pregnant"}) {
    clinical::Field field;
    field.name = name;
    field.type = clinical::FieldType::kText;
    options.fields.push_back(std::move(field));
  }
  io::TableReport report;
  const clinical::Table table = io::read_table(path, options, &report);
  run.add_input("record", path, report.checksum);
  std::vector<PersonRecord> out;
  for (std::size_t i = 0; i < table.n_rows(); ++i) {
    PersonRecord person;
    person.id = table.ids()[i];
    person.source = path;
    const Row row(table, i, path.substr(path.rfind('/') + 1) + ":" + person.id);
    person.sex = row.cell("sex");
    person.age = row.cell("age");
    person.birth_date = row.cell("birth_date");
    person.timestamp = row.cell("date");
    if (const std::string race = row.cell("ancestry"); !race.empty()) person.races = {race};
    row.add_list("medications", EntryKind::kMedication, person);
    row.add_list("planned", EntryKind::kMedication, person, "proposal");
    row.add_list("allergies", EntryKind::kAllergy, person);
    row.add_list("conditions", EntryKind::kCondition, person);
    row.add_list("family_history", EntryKind::kFamilyHistory, person);
    add_answers(row, person);
    out.push_back(std::move(person));
  }
  return out;
}

}  // namespace gcrisk::pipeline
