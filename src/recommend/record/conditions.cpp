// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "gcrisk/base/text.hpp"
#include "reading.hpp"

namespace gcrisk::recommend {

namespace {

bool is_icd10(std::string_view system) { return system.find("icd-10") != std::string_view::npos; }

// "I63" covers I63.9; "O00-O9A" every three-character head between the two.
bool icd_covers(const std::string& pattern, const std::string& code) {
  if (const auto dash = pattern.find('-'); dash != std::string::npos) {
    const std::string head = code.substr(0, 3);
    return head >= pattern.substr(0, dash) && head <= pattern.substr(dash + 1);
  }
  return code.starts_with(pattern);
}

bool any_code(const RecordEntry& entry,
              const std::vector<std::string>& icd10,
              const std::vector<std::string>& snomed) {
  return std::any_of(entry.codings.begin(), entry.codings.end(), [&](const Coding& coding) {
    if (is_icd10(coding.system)) {
      return std::any_of(icd10.begin(), icd10.end(), [&](const auto& pattern) {
        return icd_covers(pattern, coding.code);
      });
    }
    return std::find(snomed.begin(), snomed.end(), coding.code) != snomed.end();
  });
}

enum class Said { kNothing, kYes, kBefore, kOver };

// The last `n` words of a text.
std::string_view last_words(std::string_view text, std::size_t n) {
  std::size_t at = text.size();
  while (n-- > 0 && at != 0) {
    at = text.find_last_of(' ', at - 1);
    if (at == std::string_view::npos) return text;
  }
  return text.substr(at);
}

// "family history of stroke", "no stroke" or "stroke screening" state no stroke of the person. Of a
// detail ("HER2 negative", "high risk") only what stands right before it may deny it.
bool words_count(std::string_view plain, std::string_view word, bool detail) {
  static constexpr std::array kAnywhere = {
      "screening", "risk", "fear of", "counselling", "counseling", "ruled out", "excluded"};
  static constexpr std::array kFamily = {"family history", "family hx"};
  static constexpr std::array kBefore = {
      "no", "not", "denies", "without", "negative for", "rule out"};
  constexpr std::size_t kNear = 4;
  const auto in = [](const auto& list, std::string_view text) {
    return std::any_of(
        list.begin(), list.end(), [&](const char* one) { return has_words(text, one); });
  };
  std::string_view before = base::trim(plain.substr(0, plain.find(word)));
  if (detail) before = base::trim(last_words(before, kNear));
  return !in(kFamily, plain) && (detail || !in(kAnywhere, plain)) && !in(kBefore, before);
}

Said says(const Reading& reading, const RecordEntry& entry, const ConditionDefinition& condition) {
  if (any_code(entry, condition.ends, {})) return Said::kOver;
  if (any_code(entry, condition.icd10, condition.snomed)) return Said::kYes;
  if (any_code(entry, condition.history, {})) return Said::kBefore;
  const bool has_icd = std::any_of(
      entry.codings.begin(), entry.codings.end(), [](const auto& c) { return is_icd10(c.system); });
  const bool detail = condition.is_detail || condition.icd10.empty();
  if (has_icd && !detail) return Said::kNothing;
  std::vector<std::string> texts = {entry.text};
  for (const Coding& coding : entry.codings) texts.push_back(coding.display);
  if (detail) texts.insert(texts.end(), entry.notes.begin(), entry.notes.end());
  std::vector<std::string> words = condition.words;
  const ConditionDefinition* whole =
      condition.within.empty() ? nullptr : reading.codes.condition(condition.within);
  if (whole != nullptr && says(reading, entry, *whole) == Said::kYes) {
    words.insert(words.end(), condition.words_within.begin(), condition.words_within.end());
  }
  for (const std::string& text : texts) {
    const std::string plain = plain_words(text);
    for (const std::string& word : words) {
      if (!has_words(plain, word)) continue;
      if (!words_count(plain, word, detail)) continue;
      return has_words(plain, "history of") ? Said::kBefore : Said::kYes;
    }
  }
  return Said::kNothing;
}

// What one entry adds to what is known. Present outranks past, past outranks denied.
void merge(ConditionState& state, ConditionState added) {
  const auto rank = [](const ConditionState& s) {
    if (s.truth == Truth::kTrue) return s.unconfirmed ? 2 : s.past ? 3 : 4;
    return s.truth == Truth::kFalse ? 1 : 0;
  };
  if (rank(added) > rank(state)) {
    state = std::move(added);
  } else if (rank(added) == rank(state)) {
    state.used.insert(state.used.end(), added.used.begin(), added.used.end());
    if (state.remark.empty() || (!added.remark.empty() && added.remark < state.remark)) {
      state.remark = added.remark;
    }
  }
}

ConditionState judge(const Reading& reading,
                     const RecordEntry& entry,
                     const ConditionDefinition& condition,
                     Said said) {
  ConditionState state;
  state.used = {reading.use(entry)};
  const std::string date = state.used.front().date;
  const std::string on = date.empty() ? "" : " (" + date + ")";
  if (entry.verification == "refuted") {
    state.truth = Truth::kFalse;
    state.remark = "refuted" + on;
    return state;
  }
  const auto end = Date::parse(entry.end);
  const bool abated = (end && !end->after(reading.index)) || said == Said::kOver;
  const bool over = abated || entry.clinical == "resolved" || entry.clinical == "inactive" ||
                    entry.clinical == "remission" || said == Said::kBefore;
  if (over) {
    state.past = true;
    state.remark = said == Said::kBefore ? "in the history" + on
                                         : (entry.clinical.empty() ? "over" : entry.clinical) + on;
    state.truth = condition.stays_true ? Truth::kTrue : Truth::kFalse;
    return state;
  }
  state.truth = Truth::kTrue;
  state.unconfirmed = entry.verification == "unconfirmed" || entry.verification == "provisional" ||
                      entry.verification == "differential";
  if (state.unconfirmed) state.remark = entry.verification + on;
  return state;
}

void read_answers(const Reading& reading, const ConditionDefinition& condition) {
  const RecordEntry* latest = nullptr;
  std::string latest_key;
  bool latest_yes = false;
  for (const RecordEntry& entry : reading.input.entries) {
    if (entry.kind != EntryKind::kObservation || entry.status == "cancelled" ||
        entry.status == "entered-in-error") {
      continue;
    }
    const auto date = reading.date_of(entry);
    if (date && date->after(reading.index)) continue;
    for (const auto& answer : condition.observations) {
      const bool asked = std::any_of(entry.codings.begin(), entry.codings.end(), [&](auto& c) {
        return std::find(answer.loinc.begin(), answer.loinc.end(), c.code) != answer.loinc.end();
      });
      if (!asked) continue;
      std::string words = plain_words(entry.value_text);
      bool yes = false;
      bool no = false;
      for (const Coding& value : entry.value_codings) {
        words += " " + plain_words(value.display);
        const auto holds = [&](const auto& list) {
          return std::find(list.begin(), list.end(), value.code) != list.end();
        };
        yes |= holds(answer.codes);
        no |= holds(answer.absent_codes);
      }
      const auto in_words = [&](const auto& list) {
        return std::any_of(
            list.begin(), list.end(), [&](const auto& word) { return has_words(words, word); });
      };
      no |= !yes && in_words(answer.absent_words);
      yes |= !no && in_words(answer.words);
      if (!yes && !no) continue;
      const std::string key = (date ? date->text() : "0") + (yes ? "b" : "a") + entry.resource;
      if (latest == nullptr || key > latest_key) {
        latest = &entry;
        latest_key = key;
        latest_yes = yes;
      }
    }
  }
  if (latest == nullptr) return;
  ConditionState state;
  state.truth = latest_yes ? Truth::kTrue : Truth::kFalse;
  state.used = {reading.use(*latest)};
  merge(reading.out.conditions[condition.name], std::move(state));
}

}  // namespace

void read_conditions(const Reading& reading) {
  Record& out = reading.out;
  for (const RecordEntry& entry : reading.input.entries) {
    const bool diagnosis = entry.kind == EntryKind::kCondition;
    const bool procedure = entry.kind == EntryKind::kProcedure;
    const bool allergy = entry.kind == EntryKind::kAllergy;
    const bool family = entry.kind == EntryKind::kFamilyHistory;
    if (!diagnosis && !procedure && !allergy && !family) continue;
    if (procedure && (entry.status == "not-done" || entry.status == "preparation")) continue;
    // Medications and allergies are noted by their own steps.
    if (allergy) {
      const auto date = reading.date_of(entry);
      if (entry.verification == "entered-in-error" || (date && date->after(reading.index))) {
        continue;
      }
    } else if (reading.leaves_out(entry)) {
      continue;
    }
    for (const ConditionDefinition& condition : reading.codes.conditions) {
      if (family) {
        for (const RecordEntry& relative : entry.relatives) {
          if (says(reading, relative, condition) != Said::kYes) continue;
          ConditionState state;
          state.truth = condition.family_counts ? Truth::kTrue : Truth::kUnknown;
          state.used = {reading.use(entry)};
          state.remark = "in the family only";
          if (!condition.family_counts) {
            out.left_out.push_back(entry.resource + " (" + words_of(relative) +
                                   "): " + state.remark);
          }
          merge(out.conditions[condition.name], std::move(state));
        }
        continue;
      }
      const Said said = says(reading, entry, condition);
      if (said == Said::kNothing) continue;
      ConditionState state = judge(reading, entry, condition, said);
      if (diagnosis && state.truth == Truth::kFalse) reading.leave_out(entry, state.remark);
      merge(out.conditions[condition.name], std::move(state));
    }
  }
  for (const ConditionDefinition& condition : reading.codes.conditions) {
    read_answers(reading, condition);
    if (condition.drug_class.empty()) continue;
    for (const auto* list : {&out.medications, &out.past_medications}) {
      for (const Medication& medication : *list) {
        if (medication.standing == Standing::kPlanned) continue;
        if (!reading.drugs.in_class(medication.name, condition.drug_class)) continue;
        ConditionState state;
        state.truth = Truth::kTrue;
        state.used = {medication.used};
        merge(out.conditions[condition.name], std::move(state));
      }
    }
  }
  for (auto& [name, state] : out.conditions) {
    std::sort(state.used.begin(), state.used.end(), [](const auto& a, const auto& b) {
      return a.date + a.resource > b.date + b.resource;
    });
  }
}

}  // namespace gcrisk::recommend
