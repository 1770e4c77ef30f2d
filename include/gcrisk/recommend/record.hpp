// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/recommend/date.hpp"
#include "gcrisk/recommend/drugs.hpp"
#include "gcrisk/recommend/record_input.hpp"

namespace gcrisk::recommend {

// Which codes, words and units stand for the laboratory values and conditions that rules ask for.
struct LabDefinition {
  std::string name;
  std::vector<std::string> loinc;
  std::string unit;                     // the one that rules speak in
  std::map<std::string, double> units;  // factor to it, by UCUM code or printed unit
  double lowest = 0;                    // plausible
  double highest = 0;
  long stale_days = 0;  // older values are called old
};

struct ConditionDefinition {
  struct Answer {  // an observation that states the condition
    std::vector<std::string> loinc;
    std::vector<std::string> codes;
    std::vector<std::string> words;
    std::vector<std::string> absent_codes;
    std::vector<std::string> absent_words;
  };
  std::string name;
  std::vector<std::string> icd10;  // prefixes without a dot's meaning, or ranges "O00-O9A"
  std::vector<std::string> snomed;
  std::vector<std::string> history;  // ICD-10 codes «history of»
  std::vector<std::string> words;
  std::vector<Answer> observations;
  std::string drug_class;         // having had one of these drugs states it
  std::vector<std::string> ends;  // codes that say that it is over
  bool stays_true = false;        // a resolved entry still answers «has it ever been»
  bool family_counts = false;     // a relative's entry counts as well
  bool is_detail = false;         // looked for in words beside an ICD-10 code of something else
  std::string within;             // words that count in an entry of this condition alone:
  std::vector<std::string> words_within;  // "stage iv" of a cancer, not of a kidney
};

struct RecordCodes {
  std::vector<LabDefinition> labs;
  std::vector<ConditionDefinition> conditions;
  std::map<std::string, std::vector<std::string>> races;  // "white": codes
  TableVersion version;

  const LabDefinition* lab(std::string_view name) const;
  const ConditionDefinition* condition(std::string_view name) const;
};
// MalformedError with file and line.
RecordCodes parse_record_codes(std::string_view json, const std::string& name);

// What a statement rests on.
struct RecordUse {
  std::string resource;  // "Observation/o1"
  std::string date;      // as written; empty: not stated
  std::string text;      // "creatinine 2.1 mg/dL"
};

// Is it so? Never written is kUnknown, which is not kFalse.
enum class Truth { kTrue, kFalse, kUnknown };

struct ConditionState {
  Truth truth = Truth::kUnknown;
  bool past = false;         // only a resolved entry, of a condition that stays true
  bool unconfirmed = false;  // provisional or differential: warns, but indicates nothing
  std::vector<RecordUse> used;
  std::string remark;  // "refuted on 2025-01-03", "only in the family", "unconfirmed"
};

struct LabValue {
  double value = 0;  // in the unit of its definition
  std::string unit;
  RecordUse used;
  long age_days = 0;
  bool old = false;
  std::string arithmetic;  // of converted and computed values
  std::string formula;     // of computed ones: "ckd_epi_2021", "cockcroft_gault", "bmi"
};

struct LabState {
  std::optional<LabValue> value;
  std::string why_not;  // of values that could not be used: unit, implausible
};

enum class Standing { kTaken, kPlanned, kAsked, kPossible };
std::string_view name_of(Standing standing);  // "taken now", "planned", "asked", "possible"

struct Medication {
  std::string name;
  Standing standing = Standing::kTaken;
  std::optional<Date> since;
  RecordUse used;
  std::string remark;
  bool again = false;  // planned or asked about, though it is taken
};

struct Allergy {
  std::vector<std::string> drugs;
  std::vector<std::string> kinds;  // of drugs
  std::string text;
  bool unconfirmed = false;
  RecordUse used;
};

// One person's record at the index date, understood. Entries that do not count (refuted, stopped,
// entered in error, later than the index date, of a relative) are in `left_out` with the reason.
struct Record {
  std::string id;
  bool given = false;  // was there a record at all?
  std::string index_date;
  std::string sex;  // "female", "male", or empty
  std::optional<int> age;
  bool age_exact = true;
  std::string ancestry;  // "white", "asian", "black", "other", or empty: not stated
  std::vector<Medication> medications;
  std::vector<Medication> past_medications;  // completed or stopped: what was taken before
  std::vector<std::string> not_understood;   // drugs
  bool has_medication_list = false;
  bool has_allergy_list = false;
  bool no_known_allergy = false;
  std::vector<Allergy> allergies;
  std::map<std::string, ConditionState, std::less<>> conditions;  // those with an entry
  std::map<std::string, LabState, std::less<>> labs;              // those with an entry
  std::vector<std::string> tumour_findings;                       // "EGFR L858R"
  std::vector<RecordUse> tumour_used;
  std::vector<std::string> left_out;
  std::vector<std::string> warnings;

  const Medication* medication(std::string_view name) const;  // taken, planned or asked
  const ConditionState& condition(std::string_view name) const;
  const LabState& lab(std::string_view name) const;
};

// What tumour rules may ask for: "EGFR L858R", "BRCA1 pathogenic".
const std::vector<std::string>& tumour_finding_names();

// `index` is the day at which the question is asked. Nothing later is read.
Record read_record(const PersonRecord& input,
                   const RecordCodes& codes,
                   const DrugTable& drugs,
                   const Date& index);

}  // namespace gcrisk::recommend
