// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "../rules/located_json.hpp"
#include "gcrisk/recommend/record.hpp"

namespace gcrisk::recommend {

namespace {

LabDefinition parse_lab(const LocatedJson& json) {
  json.allow({"name", "loinc", "unit", "units", "plausible", "stale_days"});
  LabDefinition lab;
  lab.name = json.at("name").text();
  lab.loinc = json.at("loinc").texts();
  lab.unit = json.at("unit").text();
  for (const auto& [unit, factor] : json.at("units").members()) {
    if (!(factor.number() > 0)) factor.fail("a factor of 0 or less, expected a positive number");
    lab.units[unit] = factor.number();
  }
  const auto& range = json.at("plausible").list();
  if (range.size() != 2) json.at("plausible").fail("expected two numbers: lowest and highest");
  lab.lowest = range[0].number();
  lab.highest = range[1].number();
  lab.stale_days = static_cast<long>(json.at("stale_days").number());
  return lab;
}

ConditionDefinition parse_condition(const LocatedJson& json) {
  json.allow({"name",
              "icd10",
              "snomed",
              "words",
              "history",
              "observations",
              "drugs",
              "ends",
              "stays_true",
              "family_counts",
              "is_detail",
              "within"});
  ConditionDefinition condition;
  condition.name = json.at("name").text();
  condition.icd10 = json.at("icd10").texts();
  condition.snomed = json.at("snomed").texts();
  condition.history = json.texts_or_none("history");
  for (const std::string& word : json.texts_or_none("words")) {
    condition.words.push_back(plain_words(word));
  }
  condition.drug_class = json.text_or("drugs");
  condition.ends = json.texts_or_none("ends");
  condition.stays_true = json.flag_or("stays_true", false);
  condition.family_counts = json.flag_or("family_counts", false);
  condition.is_detail = json.flag_or("is_detail", false);
  if (const LocatedJson* within = json.find("within")) {
    within->allow({"condition", "words"});
    condition.within = within->at("condition").text();
    for (const std::string& word : within->at("words").texts()) {
      condition.words_within.push_back(plain_words(word));
    }
  }
  if (const LocatedJson* answers = json.find("observations")) {
    for (const LocatedJson& one : answers->list()) {
      one.allow({"loinc",
                 "words",
                 "snomed",
                 "answers",
                 "absent_words",
                 "absent_snomed",
                 "absent_answers"});
      ConditionDefinition::Answer answer;
      answer.loinc = one.at("loinc").texts();
      answer.codes = one.texts_or_none("snomed");
      for (auto& code : one.texts_or_none("answers")) answer.codes.push_back(code);
      answer.absent_codes = one.texts_or_none("absent_snomed");
      for (auto& code : one.texts_or_none("absent_answers")) answer.absent_codes.push_back(code);
      for (const auto& word : one.texts_or_none("words")) {
        answer.words.push_back(plain_words(word));
      }
      for (const auto& word : one.texts_or_none("absent_words")) {
        answer.absent_words.push_back(plain_words(word));
      }
      condition.observations.push_back(std::move(answer));
    }
  }
  return condition;
}

}  // namespace

RecordCodes parse_record_codes(std::string_view text, const std::string& name) {
  const LocatedJson json = LocatedJson::parse(text, name);
  if (json.at("schema").text() != "gcrisk-record-codes/1") {
    json.at("schema").fail("another schema, expected gcrisk-record-codes/1");
  }
  RecordCodes codes;
  codes.version = {.table = name,
                   .source = json.text_or("source"),
                   .version = json.text_or("version"),
                   .date = json.text_or("date"),
                   .licence = json.text_or("licence"),
                   .made_from = "",
                   .sha256 = json.text_or("sha256_of_source")};
  for (const LocatedJson& one : json.at("labs").list()) codes.labs.push_back(parse_lab(one));
  for (const LocatedJson& one : json.at("conditions").list()) {
    codes.conditions.push_back(parse_condition(one));
  }
  for (const auto& [race, values] : json.at("races").members()) codes.races[race] = values.texts();
  return codes;
}

const LabDefinition* RecordCodes::lab(std::string_view name) const {
  for (const LabDefinition& one : labs) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

const ConditionDefinition* RecordCodes::condition(std::string_view name) const {
  for (const ConditionDefinition& one : conditions) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace gcrisk::recommend
