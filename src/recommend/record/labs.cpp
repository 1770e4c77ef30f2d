// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gcrisk/base/text.hpp"
#include "gcrisk/recommend/formulas.hpp"
#include "reading.hpp"

namespace gcrisk::recommend {

namespace {

constexpr int kAdult = 18;
constexpr std::string_view kCreatinine = "creatinine, serum or plasma";

std::string shown(double value) { return base::format_number(value, 4); }

// The factor of a printed unit; letter case is forgiven where that leaves one reading.
std::optional<double> factor_of(const LabDefinition& lab, const std::string& unit) {
  if (const auto found = lab.units.find(unit); found != lab.units.end()) return found->second;
  const std::string lower = base::to_lower(base::trim(unit));
  for (const auto& [name, factor] : lab.units) {
    std::string plain = name;
    if (base::to_lower(plain) == lower) return factor;
  }
  if (lower == "\xC2\xB5mol/l" || lower == "\xCE\xBCmol/l") return factor_of(lab, "umol/L");
  return std::nullopt;
}

struct Candidate {
  LabValue value;
  std::string key;  // later is better
};

void offer(std::optional<Candidate>& best, Candidate candidate) {
  if (!best || candidate.key > best->key) best = std::move(candidate);
}

// A value of one observation, or the reason why it cannot be used.
std::optional<LabValue> value_of(const Reading& reading,
                                 const RecordEntry& entry,
                                 const LabDefinition& lab,
                                 const RecordEntry& whole,
                                 std::string& why_not) {
  const std::string what = whole.resource + ": " + lab.name + " ";
  if (!entry.has_number) {
    why_not =
        what + (entry.value_text.empty() ? "has no value"
                                         : "'" + entry.value_text + "' is no number with a unit");
    return std::nullopt;
  }
  const auto factor = factor_of(lab, entry.unit);
  if (!factor) {
    std::vector<std::string> known;
    for (const auto& [unit, ignored] : lab.units) {
      if (!unit.empty()) known.push_back(unit);
    }
    why_not = what + "is in " + (entry.unit.empty() ? "no unit" : "'" + entry.unit + "'") +
              ", which cannot be converted to " + lab.unit +
              " (understood: " + base::join(known, ", ") + "); the value is not used";
    return std::nullopt;
  }
  LabValue value;
  value.value = entry.number * *factor;
  value.unit = lab.unit;
  if (!(value.value >= lab.lowest && value.value <= lab.highest)) {
    why_not = what + shown(value.value) + " " + lab.unit + " is outside the plausible range " +
              shown(lab.lowest) + " to " + shown(lab.highest) + "; the value is not used";
    return std::nullopt;
  }
  if (*factor != 1) {
    value.arithmetic = shown(entry.number) + " " + entry.unit + " x " + shown(*factor) + " = " +
                       shown(value.value) + " " + lab.unit;
  }
  value.used = reading.use(whole, lab.name + " " + shown(value.value) + " " + lab.unit);
  const auto date = reading.date_of(whole);
  value.age_days = date ? days_between(*date, reading.index) : 0;
  value.old = !date || value.age_days > lab.stale_days;
  return value;
}

void read_lab(const Reading& reading, const LabDefinition& lab) {
  const auto is_it = [&](const RecordEntry& entry) {
    return std::any_of(entry.codings.begin(), entry.codings.end(), [&](const Coding& coding) {
      return std::find(lab.loinc.begin(), lab.loinc.end(), coding.code) != lab.loinc.end();
    });
  };
  std::optional<Candidate> best;
  std::string refused_key;
  std::string refused;
  for (const RecordEntry& whole : reading.input.entries) {
    if (whole.kind != EntryKind::kObservation) continue;
    std::vector<const RecordEntry*> parts;
    if (is_it(whole)) parts.push_back(&whole);
    for (const RecordEntry& part : whole.components) {
      if (is_it(part)) parts.push_back(&part);
    }
    if (parts.empty() || reading.leaves_out(whole)) continue;
    if (whole.status == "cancelled" || whole.status == "registered") {
      reading.leave_out(whole, whole.status);
      continue;
    }
    for (const RecordEntry* part : parts) {
      std::string why_not;
      const auto value = value_of(reading, *part, lab, whole, why_not);
      const auto date = reading.date_of(whole);
      const std::string key = (date ? date->text() : "0") + whole.resource;
      if (value) {
        offer(best, {*value, key + shown(value->value)});
      } else if (key > refused_key) {
        refused_key = key;
        refused = why_not;
      }
    }
  }
  if (!best && refused.empty()) return;
  LabState& state = reading.out.labs[lab.name];
  if (best) state.value = best->value;
  // An older value that was refused does no harm; a newer one leaves the older in doubt.
  if (!refused.empty() && (!best || refused_key > best->key)) {
    state.why_not = refused;
    reading.out.warnings.push_back(refused);
    if (state.value) state.value->old = true;
  }
}

// eGFR by the equation of 2021 and creatinine clearance, from the creatinine on record.
void derive_kidney(Record& out) {
  const LabState& creatinine = out.lab(kCreatinine);
  if (!creatinine.value || !out.age || out.sex.empty() || *out.age < kAdult) return;
  const LabValue& from = *creatinine.value;
  const bool female = out.sex == "female";
  const std::string who = std::string(female ? "woman" : "man") + " of " +
                          std::to_string(*out.age) + ", creatinine " + shown(from.value) + " mg/dL";
  LabValue rate;
  rate.value = ckd_epi_2021(from.value, *out.age, female);
  rate.unit = "mL/min/{1.73_m2}";
  rate.age_days = from.age_days;
  rate.old = from.old;
  rate.arithmetic = "CKD-EPI 2021, " + who + " = " + shown(rate.value) + " mL/min/1.73 m2";
  rate.formula = "ckd_epi_2021";
  rate.used = from.used;
  LabState& state = out.labs["eGFR"];
  // One that was reported later than the creatinine was measured stands.
  if (!state.value || state.value->age_days >= from.age_days) state.value = rate;
  const LabState& weight = out.lab("body weight");
  if (!weight.value) return;
  LabValue clearance = rate;
  clearance.value = cockcroft_gault(from.value, *out.age, weight.value->value, female);
  clearance.unit = "mL/min";
  clearance.formula = "cockcroft_gault";
  clearance.old = from.old || weight.value->old;
  clearance.arithmetic = "Cockcroft-Gault, " + who + ", " + shown(weight.value->value) +
                         " kg = " + shown(clearance.value) + " mL/min";
  out.labs["creatinine clearance"].value = clearance;
}

void derive_body_mass_index(Record& out) {
  const LabState& weight = out.lab("body weight");
  const LabState& height = out.lab("body height");
  if (out.lab("body mass index").value || !weight.value || !height.value) return;
  LabValue index = *weight.value;
  const double metres = height.value->value / 100;
  index.value = weight.value->value / (metres * metres);
  index.unit = "kg/m2";
  index.formula = "bmi";
  index.arithmetic = shown(weight.value->value) + " kg / (" + shown(metres) +
                     " m)^2 = " + shown(index.value) + " kg/m2";
  out.labs["body mass index"].value = index;
}

}  // namespace

void read_labs(const Reading& reading) {
  for (const LabDefinition& lab : reading.codes.labs) read_lab(reading, lab);
  derive_kidney(reading.out);
  derive_body_mass_index(reading.out);
}

}  // namespace gcrisk::recommend
