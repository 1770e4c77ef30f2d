// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// What a code measures, and with it the kind of its unit, is LOINC's (loinc.org); a test compares
// it with the names of the codes in two published OMOP vocabularies as far as they have them. Units
// are the conventional ones among LOINC's EXAMPLE_UCUM_UNITS. Molar masses are sums of the standard
// atomic weights (CIAAW 2021, ciaaw.org) over the formula, which a test adds up again: of urea
// nitrogen two nitrogens a mole of urea, of haemoglobin one of its four chains with its haem (a
// convention of laboratories, 16,114 g/mol), of albumin the mature protein (66,437 g/mol, UniProt
// P02768), of triglycerides triolein, of phosphate and calcium the element, of carbon dioxide the
// gas. Plausible ranges are wide on purpose: a value outside is a mistake of writing or of units,
// not a sick person; they are this project's own choice.
#include <algorithm>
#include <array>
#include <cmath>

#include "gcrisk/base/text.hpp"
#include "gcrisk/clinical/units.hpp"

namespace gcrisk::clinical {

namespace {

constexpr std::array kFacts = {
    CodeFacts{"LOINC/10230-1", "%", 0, 5, 95},              // left ventricular ejection fraction
    CodeFacts{"LOINC/13457-7", "mg/dL", 386.65, 5, 1000},   // LDL cholesterol, calculated
    CodeFacts{"LOINC/14682-9", "mg/dL", 113.12, 0.1, 30},   // creatinine (moles)
    CodeFacts{"LOINC/14957-5", "mg/L", 0, 0, 20000},        // albumin, urine
    CodeFacts{"LOINC/14959-1", "mg/g", 0, 0, 30000},        // albumin by creatinine, urine
    CodeFacts{"LOINC/1742-6", "U/L", 0, 0, 30000},          // alanine aminotransferase
    CodeFacts{"LOINC/1751-7", "g/dL", 66437, 0.5, 10},      // albumin
    CodeFacts{"LOINC/17861-6", "mg/dL", 40.078, 2, 30},     // calcium
    CodeFacts{"LOINC/18262-6", "mg/dL", 386.65, 5, 1000},   // LDL cholesterol, direct
    CodeFacts{"LOINC/19123-9", "mg/dL", 24.305, 0.2, 20},   // magnesium
    CodeFacts{"LOINC/1920-8", "U/L", 0, 0, 30000},          // aspartate aminotransferase
    CodeFacts{"LOINC/1975-2", "mg/dL", 584.66, 0, 80},      // bilirubin, total
    CodeFacts{"LOINC/2028-9", "mmol/L", 44.01, 1, 80},      // carbon dioxide, total
    CodeFacts{"LOINC/20565-8", "mmol/L", 44.01, 1, 80},     // carbon dioxide, blood
    CodeFacts{"LOINC/20570-8", "%", 0, 5, 80},              // haematocrit
    CodeFacts{"LOINC/2069-3", "mmol/L", 35.45, 40, 180},    // chloride, blood
    CodeFacts{"LOINC/2075-0", "mmol/L", 35.45, 40, 180},    // chloride
    CodeFacts{"LOINC/2085-9", "mg/dL", 386.65, 2, 250},     // HDL cholesterol
    CodeFacts{"LOINC/2089-1", "mg/dL", 386.65, 5, 1000},    // LDL cholesterol
    CodeFacts{"LOINC/2093-3", "mg/dL", 386.65, 20, 1500},   // cholesterol
    CodeFacts{"LOINC/2160-0", "mg/dL", 113.12, 0.1, 30},    // creatinine
    CodeFacts{"LOINC/2276-4", "ng/mL", 0, 0, 200000},       // ferritin
    CodeFacts{"LOINC/2339-0", "mg/dL", 180.156, 5, 3000},   // glucose, blood
    CodeFacts{"LOINC/2345-7", "mg/dL", 180.156, 5, 3000},   // glucose
    CodeFacts{"LOINC/2498-4", "ug/dL", 55.845, 1, 1000},    // iron
    CodeFacts{"LOINC/2524-7", "mmol/L", 90.08, 0.1, 40},    // lactate
    CodeFacts{"LOINC/2571-8", "mg/dL", 885.4, 5, 10000},    // triglycerides
    CodeFacts{"LOINC/2708-6", "%", 0, 20, 100},             // oxygen saturation, arterial
    CodeFacts{"LOINC/2777-1", "mg/dL", 30.974, 0.1, 30},    // phosphate
    CodeFacts{"LOINC/2823-3", "mmol/L", 39.098, 0.8, 15},   // potassium
    CodeFacts{"LOINC/2885-2", "g/dL", 0, 1, 20},            // protein
    CodeFacts{"LOINC/29463-7", "kg", 0, 0.3, 400},          // body weight
    CodeFacts{"LOINC/2947-0", "mmol/L", 22.99, 80, 220},    // sodium, blood
    CodeFacts{"LOINC/2951-2", "mmol/L", 22.99, 80, 220},    // sodium
    CodeFacts{"LOINC/3084-1", "mg/dL", 168.11, 0.1, 40},    // urate
    CodeFacts{"LOINC/3094-0", "mg/dL", 28.0134, 0.5, 400},  // urea nitrogen
    CodeFacts{"LOINC/33914-3", "mL/min/{1.73_m2}", 0, 1, 250},  // eGFR, MDRD
    CodeFacts{"LOINC/38483-4", "mg/dL", 113.12, 0.1, 30},       // creatinine, blood
    CodeFacts{"LOINC/39156-5", "kg/m2", 0, 5, 150},             // body mass index
    CodeFacts{"LOINC/4544-3", "%", 0, 5, 80},                   // haematocrit, automated count
    CodeFacts{"LOINC/4548-4", "%", 0, 2, 25},                   // haemoglobin A1c
    CodeFacts{"LOINC/49765-1", "mg/dL", 40.078, 2, 30},         // calcium, blood
    CodeFacts{"LOINC/59408-5", "%", 0, 20, 100},                // oxygen saturation, pulse oximetry
    CodeFacts{"LOINC/6298-4", "mmol/L", 39.098, 0.8, 15},       // potassium, blood
    CodeFacts{"LOINC/6299-2", "mg/dL", 28.0134, 0.5, 400},      // urea nitrogen, blood
    CodeFacts{"LOINC/6690-2", "10*3/uL", 0, 0, 1000},           // leukocytes
    CodeFacts{"LOINC/6768-6", "U/L", 0, 1, 10000},              // alkaline phosphatase
    CodeFacts{"LOINC/69405-9", "mL/min/{1.73_m2}", 0, 1, 250},  // eGFR
    CodeFacts{"LOINC/718-7", "g/dL", 16114, 1, 30},             // haemoglobin
    CodeFacts{"LOINC/777-3", "10*3/uL", 0, 0, 5000},            // platelets
    CodeFacts{"LOINC/785-6", "pg", 0, 5, 70},                   // mean corpuscular haemoglobin
    CodeFacts{"LOINC/786-4", "g/dL", 0, 10, 60},                // the same, concentration
    CodeFacts{"LOINC/787-2", "fL", 0, 30, 200},                 // mean corpuscular volume
    CodeFacts{"LOINC/789-8", "10*6/uL", 0, 0.3, 15},            // erythrocytes
    CodeFacts{"LOINC/8302-2", "cm", 0, 20, 270},                // body height
    CodeFacts{"LOINC/8310-5", "Cel", 0, 20, 46},                // body temperature
    CodeFacts{"LOINC/8462-4", "mm[Hg]", 0, 5, 250},             // diastolic blood pressure
    CodeFacts{"LOINC/8480-6", "mm[Hg]", 0, 20, 350},            // systolic blood pressure
    CodeFacts{"LOINC/8867-4", "/min", 0, 5, 400},               // heart rate
    CodeFacts{"LOINC/9279-1", "/min", 0, 1, 120},               // respiratory rate
};
static_assert(std::is_sorted(kFacts.begin(), kFacts.end(), [](const auto& a, const auto& b) {
  return a.code < b.code;
}));

std::string counted(const std::map<std::string, std::uint64_t>& units) {
  std::string out;
  for (const auto& [unit, n] : units) {
    if (!out.empty()) out += ", ";
    out += (unit.empty() ? "no unit" : unit) + " (" + base::format_count(n) + ")";
  }
  return out;
}

}  // namespace

const CodeFacts* facts_of(std::string_view code) {
  const auto at = std::lower_bound(
      kFacts.begin(), kFacts.end(), code, [](const auto& a, auto b) { return a.code < b; });
  return at != kFacts.end() && at->code == code ? &*at : nullptr;
}

UnitRules unify_units(const CodeCensus& census,
                      std::vector<RefusedUnits>& refused,
                      const TextMap& wanted) {
  UnitRules rules;
  for (const auto& [code, entry] : census.codes) {
    if (entry.units.empty()) continue;
    // The most frequent; of two the first in order. A map is in order.
    const std::pair<const std::string, std::uint64_t>* most = nullptr;
    for (const auto& unit : entry.units) {
      if (!unit.first.empty() && (most == nullptr || unit.second > most->second)) most = &unit;
    }
    const CodeFacts* facts = facts_of(code);
    UnitRule rule;
    const auto target = wanted.find(code);
    rule.unit = target != wanted.end() ? target->second : most == nullptr ? "" : most->first;
    const std::string unstated =
        target == wanted.end() && most != nullptr ? most->first : rule.unit;
    const bool known = facts != nullptr && !rule.unit.empty() &&
                       convert(rule.unit, facts->unit, facts->molar_mass).has_value();
    if (known && target == wanted.end()) rule.unit = facts->unit;
    // A model's unit is the canonical one whenever that could be reached in training.
    if (known && rule.unit == facts->unit) {
      rule.minimum = facts->minimum;
      rule.maximum = facts->maximum;
    }
    bool all = true;
    for (const auto& [unit, n] : entry.units) {
      const std::string& from = unit.empty() ? unstated : unit;
      const auto step = convert(from, rule.unit, facts == nullptr ? 0 : facts->molar_mass);
      if (step) {
        rule.from.emplace(unit, UnitRule::Step{step->factor, step->offset});
      } else {
        all = false;
      }
    }
    if (!all) refused.push_back({code, counted(entry.units)});
    rules.emplace(code, std::move(rule));
  }
  std::sort(
      refused.begin(), refused.end(), [](const auto& a, const auto& b) { return a.code < b.code; });
  return rules;
}

}  // namespace gcrisk::clinical
