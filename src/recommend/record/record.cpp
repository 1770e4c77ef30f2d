// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/recommend/record.hpp"

#include <algorithm>
#include <set>

#include "gcrisk/base/text.hpp"
#include "reading.hpp"

namespace gcrisk::recommend {

std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::kTaken: return "taken now";
    case Standing::kPlanned: return "planned";
    case Standing::kAsked: return "asked";
    case Standing::kPossible: break;
  }
  return "possible";
}

std::string words_of(const RecordEntry& entry) {
  if (!entry.text.empty()) return entry.text;
  for (const Coding& coding : entry.codings) {
    if (!coding.display.empty()) return coding.display;
  }
  return entry.codings.empty() ? "without a name" : entry.codings.front().code;
}

std::optional<Date> Reading::date_of(const RecordEntry& entry) const {
  const std::string& text = entry.date.empty() ? entry.recorded : entry.date;
  return text.empty() ? std::nullopt : Date::parse(text);
}

void Reading::leave_out(const RecordEntry& entry, const std::string& why) const {
  out.left_out.push_back(entry.resource + " (" + words_of(entry) + "): " + why);
}

bool Reading::leaves_out(const RecordEntry& entry) const {
  if (entry.verification == "entered-in-error" || entry.status == "entered-in-error") {
    leave_out(entry, "entered in error");
    return true;
  }
  if (!entry.date.empty() && !Date::parse(entry.date)) {
    out.warnings.push_back(entry.resource + ": " + entry.date + " is no date; taken as undated");
  }
  for (const std::string* text : {&entry.date, &entry.recorded}) {
    const auto date = text->empty() ? std::nullopt : Date::parse(*text);
    if (!date || !date->after(index)) continue;
    leave_out(entry, "dated " + date->text() + ", after the index date " + index.text());
    return true;
  }
  return false;
}

RecordUse Reading::use(const RecordEntry& entry, std::string text) const {
  const auto date = date_of(entry);
  return {
      entry.resource, date ? date->text() : "", text.empty() ? words_of(entry) : std::move(text)};
}

const Medication* Record::medication(std::string_view name) const {
  for (const Medication& one : medications) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

const ConditionState& Record::condition(std::string_view name) const {
  static const ConditionState kNotRecorded;
  const auto found = conditions.find(name);
  return found == conditions.end() ? kNotRecorded : found->second;
}

const LabState& Record::lab(std::string_view name) const {
  static const LabState kNotRecorded;
  const auto found = labs.find(name);
  return found == labs.end() ? kNotRecorded : found->second;
}

namespace {

void read_person(const Reading& reading) {
  const PersonRecord& input = reading.input;
  Record& out = reading.out;
  const std::string sex = base::to_lower(base::trim(input.sex));
  if (sex == "female" || sex == "f") out.sex = "female";
  if (sex == "male" || sex == "m") out.sex = "male";
  if (!input.birth_date.empty()) {
    const auto birth = Date::parse(input.birth_date);
    if (!birth) {
      out.warnings.push_back("the birth date " + input.birth_date + " is no date: no age is known");
    } else if (birth->after(reading.index)) {
      out.warnings.push_back("the birth date " + birth->text() + " is after the index date " +
                             reading.index.text() + ": no age is known");
    } else {
      out.age = years_between(*birth, reading.index);
      out.age_exact = birth->exact();
    }
  } else if (const auto age = base::parse_number(input.age); age && *age >= 0 && *age < 130) {
    out.age = static_cast<int>(*age);
  }
  if (const auto death = Date::parse(input.death_date); death && !death->after(reading.index)) {
    out.warnings.push_back("the record has a death on " + death->text() +
                           ", before the index date");
  }
  std::set<std::string> races;
  for (const std::string& stated : input.races) {
    const std::string word = base::to_lower(base::trim(stated));
    std::string found = "other";
    for (const auto& [race, codes] : reading.codes.races) {
      if (word == race || std::find(codes.begin(), codes.end(), stated) != codes.end()) {
        found = race;
      }
    }
    if (word == "black or african american" || word == "african american" || word == "african") {
      found = "black";
    }
    races.insert(found);
  }
  if (races.size() == 1) out.ancestry = *races.begin();
  if (races.size() > 1) out.ancestry = "other";
}

}  // namespace

Record read_record(const PersonRecord& input,
                   const RecordCodes& codes,
                   const DrugTable& drugs,
                   const Date& index) {
  Record out;
  out.id = input.id;
  out.given = true;
  out.index_date = index.text();
  const Reading reading{input, codes, drugs, index, out};
  read_person(reading);
  read_medications(reading);
  read_allergies(reading);
  read_conditions(reading);
  read_labs(reading);
  read_pregnancy(reading);
  read_tumour(reading);
  // The order of a file's entries says nothing: the same record in another order is the same.
  for (auto* texts : {&out.left_out, &out.warnings, &out.not_understood}) {
    std::sort(texts->begin(), texts->end());
    texts->erase(std::unique(texts->begin(), texts->end()), texts->end());
  }
  return out;
}

}  // namespace gcrisk::recommend
