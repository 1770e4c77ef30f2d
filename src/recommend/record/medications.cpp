// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gcrisk/base/text.hpp"
#include "reading.hpp"

namespace gcrisk::recommend {

namespace {

enum class Counts { kTaken, kPlanned, kPast, kNot };

struct Judged {
  Counts counts = Counts::kNot;
  std::string why;  // of kNot and kPast, or a remark
};

// Of completed courses: do they reach the index date?
bool still_runs(const Reading& reading, const RecordEntry& entry) {
  const auto end = Date::parse(entry.end);
  return end && !reading.index.after(*end);
}

Judged judge(const Reading& reading, const RecordEntry& entry) {
  const std::string& status = entry.status;
  if (entry.negated || status == "not-taken" || status == "not-done") {
    return {Counts::kNot, "not given or not taken"};
  }
  if (status == "cancelled" || status == "declined" || status == "entered-in-error") {
    return {Counts::kNot, status};
  }
  if (status == "on-hold") return {Counts::kNot, "on hold"};
  if (status == "stopped" || status == "ended") return {Counts::kPast, status};
  const bool ended = Date::parse(entry.end) && !still_runs(reading, entry);
  if (status == "completed" && !still_runs(reading, entry)) {
    return {Counts::kPast, entry.end.empty() ? "completed" : "completed on " + entry.end};
  }
  if (entry.intent == "proposal" || entry.intent == "plan" || status == "draft" ||
      status == "intended") {
    return {Counts::kPlanned, ""};
  }
  if (ended) return {Counts::kPast, "ended on " + entry.end};
  if (status == "active" || status == "completed" || status == "in-progress" ||
      status == "taking") {
    return {Counts::kTaken, ""};
  }
  return {Counts::kTaken, "its status is not stated; taken as active"};
}

void add(std::vector<Medication>& list, Medication medication) {
  const auto same = std::find_if(
      list.begin(), list.end(), [&](const auto& one) { return one.name == medication.name; });
  if (same == list.end()) {
    list.push_back(std::move(medication));
    return;
  }
  const bool again = same->again || medication.standing != same->standing;
  // Taken outranks planned; of two alike the earlier begin counts.
  const bool better =
      medication.standing < same->standing ||
      (medication.standing == same->standing &&
       (medication.since ? medication.since->text() : "~") + medication.used.resource <
           (same->since ? same->since->text() : "~") + same->used.resource);
  if (better) *same = std::move(medication);
  same->again = again;
}

}  // namespace

void read_medications(const Reading& reading) {
  Record& out = reading.out;
  for (const RecordEntry& entry : reading.input.entries) {
    if (entry.kind != EntryKind::kMedication) continue;
    out.has_medication_list = true;
    if (reading.leaves_out(entry)) continue;
    const Judged judged = judge(reading, entry);
    if (judged.counts == Counts::kNot || judged.counts == Counts::kPast) {
      reading.leave_out(entry, judged.why);
    }
    if (judged.counts == Counts::kNot) continue;
    const auto understood = reading.drugs.understand(entry.codings, entry.text);
    if (understood.names.empty()) {
      if (judged.counts != Counts::kPast) {
        out.not_understood.push_back(words_of(entry) + " (" + entry.resource + ")");
      }
      continue;
    }
    if (understood.contradicts) {
      out.warnings.push_back(entry.resource + ": its code and its words name different drugs (" +
                             base::join(understood.names, ", ") + "); both are checked");
    }
    for (const std::string& name : understood.names) {
      Medication medication;
      medication.name = name;
      medication.standing =
          judged.counts == Counts::kPlanned ? Standing::kPlanned : Standing::kTaken;
      medication.since = reading.date_of(entry);
      medication.used = reading.use(entry);
      if (judged.counts == Counts::kTaken) medication.remark = judged.why;
      add(judged.counts == Counts::kPast ? out.past_medications : out.medications,
          std::move(medication));
    }
  }
  const auto by_name = [](const Medication& a, const Medication& b) { return a.name < b.name; };
  std::sort(out.medications.begin(), out.medications.end(), by_name);
  std::sort(out.past_medications.begin(), out.past_medications.end(), by_name);
}

void read_allergies(const Reading& reading) {
  Record& out = reading.out;
  for (const RecordEntry& entry : reading.input.entries) {
    if (entry.kind != EntryKind::kAllergy) continue;
    if (reading.leaves_out(entry)) continue;
    out.has_allergy_list = true;
    const std::string words = plain_words(words_of(entry));
    const bool none = std::any_of(entry.codings.begin(), entry.codings.end(), [](const auto& c) {
      return c.code == "716186003" || c.code == "409137002";
    });
    if (none || words.starts_with("no known")) {
      out.no_known_allergy = true;
      continue;
    }
    if (entry.verification == "refuted") {
      reading.leave_out(entry, "allergy refuted");
      continue;
    }
    if (entry.clinical == "resolved" || entry.clinical == "inactive") {
      reading.leave_out(entry, "allergy " + entry.clinical);
      continue;
    }
    Allergy allergy;
    allergy.text = words_of(entry);
    allergy.drugs = reading.drugs.understand(entry.codings, entry.text).names;
    std::string all = entry.text;
    for (const Coding& coding : entry.codings) all += " " + coding.display;
    allergy.kinds = reading.drugs.kinds_in(all);
    allergy.unconfirmed = entry.verification == "unconfirmed" || entry.verification == "presumed" ||
                          entry.verification == "provisional";
    allergy.used = reading.use(entry);
    out.allergies.push_back(std::move(allergy));
  }
  std::sort(out.allergies.begin(), out.allergies.end(), [](const auto& a, const auto& b) {
    return a.text + a.used.resource < b.text + b.used.resource;
  });
}

}  // namespace gcrisk::recommend
