// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/recommend/warfarin.hpp"

#include <algorithm>
#include <array>

#include "builder.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

namespace {

constexpr int kAdult = 18;
constexpr const char* kInr =
    "always: the INR steers the dose; check it within days and titrate (target 2 to 3)";

std::string milligrams(double value) { return base::format_number(value, 4); }

Source iwpc_source() {
  return {.table = "warfarin equations",
          .version = "as published",
          .date = "2009",
          .rule_id = "iwpc_pg_2009",
          .organisation = "International Warfarin Pharmacogenetics Consortium",
          .first_author = "Klein TE",
          .year = "2009",
          .pmid = "19228618",
          .verified = "true"};
}

Source gage_source() {
  return {.table = "warfarin equations",
          .version = "as published",
          .date = "2008",
          .rule_id = "gage_pg_2008",
          .organisation = "Washington University",
          .first_author = "Gage BF",
          .year = "2008",
          .pmid = "18305455",
          .verified = "the counting of VKORC1 alleles was not seen in a second source"};
}

// A step of the guideline's flow: "flow_adult", "african_not_tested", "cyp2c9_other".
Source flow_source(const std::string& step = "flow_adult") {
  return {.table = "warfarin equations",
          .version = "as published",
          .date = "2017",
          .rule_id = step,
          .organisation = "CPIC",
          .first_author = "Johnson JA",
          .year = "2017",
          .pmid = "28198005",
          .verified = "true"};
}

// Copies of the stars that the flow asks for, of a firm or open call with one pair.
struct Cyp2c9 {
  bool known = false;
  int star2 = 0;
  int star3 = 0;
  int others = 0;  // *5 *6 *8 *11
  bool others_tested = false;
  std::string pair;
};

Cyp2c9 read_cyp2c9(const GeneCall* call) {
  Cyp2c9 out;
  if (call == nullptr || call->diplotypes.size() != 1) return out;
  const Diplotype& pair = call->diplotypes.front();
  out.pair = pair.name();
  static constexpr std::array kOthers = {"*5", "*6", "*8", "*11"};
  const auto is_other = [&](const std::string& name) {
    return std::find(kOthers.begin(), kOthers.end(), name) != kOthers.end();
  };
  for (const std::string& star : {pair.first, pair.second}) {
    out.star2 += star == "*2";
    out.star3 += star == "*3";
    out.others += is_other(star);
  }
  out.known = true;
  out.others_tested = call->source == CallSource::kVcf || out.others > 0;
  for (const OpenAllele& allele : call->alleles_not_excluded) {
    // The equations need *2 and *3 themselves.
    if (allele.name == "*2" || allele.name == "*3") out.known = false;
    if (is_other(allele.name)) out.others_tested = false;
  }
  return out;
}

// Copies of the A allele of VKORC1 (T on the plus strand); -1: not known.
int read_vkorc1(const GeneCall* call) {
  if (call == nullptr || call->firmness != Firmness::kFirm) return -1;
  if (call->diplotypes.size() == 1) {
    const Diplotype& pair = call->diplotypes.front();
    int copies = 0;
    for (const std::string& allele : {pair.first, pair.second}) {
      copies += allele.find("variant") != std::string::npos;
    }
    return copies;
  }
  return -1;
}

struct Needs {
  std::vector<std::string> missing;
  WarfarinInput input;
  std::vector<RecordUse> used;
  std::vector<std::string> notes;
};

Needs collect(const Facts& facts) {
  const Record& record = facts.record();
  Needs out;
  if (record.age) {
    out.input.age = *record.age;
  } else {
    out.missing.emplace_back("age");
  }
  const auto take = [&](const char* name, const char* short_name, double& into) {
    const LabState& state = record.lab(name);
    if (!state.value) {
      out.missing.push_back(short_name +
                            (state.why_not.empty() ? std::string() : ": " + state.why_not));
      return;
    }
    into = state.value->value;
    out.used.push_back(state.value->used);
    if (state.value->old) {
      out.notes.push_back(std::string(short_name) + " is an old value (" + state.value->used.date +
                          ")");
    }
  };
  take("body height", "height", out.input.height_cm);
  take("body weight", "weight", out.input.weight_kg);
  out.input.race = record.ancestry == "other" ? "" : record.ancestry;
  for (const Medication& drug : facts.drugs()) {
    if (facts.knowledge().drugs.in_class(drug.name, "warfarin_inducers")) {
      out.input.inducer = true;
      out.used.push_back(drug.used);
      out.notes.push_back(drug.name + " is an enzyme inducer of the equations");
    }
    if (drug.name == "amiodarone") {
      out.input.amiodarone = true;
      out.used.push_back(drug.used);
      out.notes.emplace_back("amiodarone counts once, by its term in the equation");
    }
  }
  const ConditionState& smoking = record.condition("current smoking");
  out.input.smokes = smoking.truth == Truth::kTrue;
  if (smoking.truth == Truth::kUnknown) {
    out.notes.emplace_back("smoking is not recorded; the second equation takes it as no");
  }
  const ConditionState& clot = record.condition("deep vein thrombosis or lung embolism");
  out.input.dvt_or_pe = clot.truth == Truth::kTrue;
  out.notes.emplace_back("target INR taken as 2.5");
  return out;
}

}  // namespace

std::vector<Item> warfarin_items(const Facts& facts, Standing standing) {
  const Record& record = facts.record();
  const GeneCall* c9 = facts.calls().gene("CYP2C9");
  const GeneCall* vk = facts.calls().gene("VKORC1");
  const Cyp2c9 stars = read_cyp2c9(c9);
  const int a_copies = read_vkorc1(vk);
  Needs needs = collect(facts);
  Item item;
  item.kind = "dose";
  item.about = "warfarin";
  item.drugs = {"warfarin"};
  item.standing = standing;
  item.severity = "moderate";
  item.strength = "strong";
  item.population = "adults";
  item.warnings = {kInr};
  item.record_used = needs.used;
  for (const GeneCall* call : {c9, vk}) {
    if (call != nullptr) item.because.push_back(Facts::describe(*call));
  }
  append(item.because, needs.notes);
  item.sources = {iwpc_source(),
                  gage_source(),
                  flow_source(),
                  source_of_calls(facts, "CYP2C9"),
                  source_of_calls(facts, "VKORC1")};
  item.firmness = "firm";
  if (const Medication* drug = facts.drug("warfarin")) item.record_used.push_back(drug->used);
  const bool genotype_known = stars.known && a_copies >= 0;
  const auto refuse = [&](const std::string& finding, const std::string& statement) {
    item.finding = finding;
    item.action = "NO_DOSE";
    item.statement = statement;
    item.firmness = "not_determined";
  };
  if (record.age && *record.age < kAdult) {
    refuse("NOT_FOR_CHILDREN",
           "Warfarin: no dose is given, the equations are for adults; children are dosed "
           "clinically or by a paediatric equation in European ancestry.");
    return {item};
  }
  if (record.condition("pregnancy").truth == Truth::kTrue) {
    refuse("CONTRAINDICATED_IN_PREGNANCY", "Warfarin: no dose is given in pregnancy.");
    append(item.record_used, record.condition("pregnancy").used);
    return {item};
  }
  if (!needs.missing.empty()) {
    refuse("MISSING_FOR_DOSE",
           "Warfarin: no dose is given, not recorded: " + base::join(needs.missing, ", ") + ".");
    for (const std::string& what : needs.missing)
      item.not_checked.push_back(what + ": not recorded");
    if (!genotype_known) item.not_checked.emplace_back("CYP2C9 *2, *3 or VKORC1: not determined");
    return {item};
  }
  WarfarinInput& in = needs.input;
  in.vkorc1_a = std::max(a_copies, 0);
  in.cyp2c9_star2 = stars.star2;
  in.cyp2c9_star3 = stars.star3;
  const double clinical = iwpc_clinical(in);
  const bool african = record.ancestry == "black";
  if (!genotype_known) {
    refuse("MISSING_FOR_DOSE",
           "Warfarin: no dose by genotype is given, CYP2C9 *2 and *3 or VKORC1 rs9923231 is not "
           "determined: dose clinically.");
    item.not_checked.emplace_back("CYP2C9 *2, *3 or VKORC1: not determined");
    return {item};
  }
  if (african && !stars.others_tested) {
    item.finding = "AFRICAN_ANCESTRY_ALLELES_NOT_TESTED";
    item.sources.push_back(flow_source("african_not_tested"));
    item.action = "DOSE_CLINICALLY";
    item.statement =
        "Warfarin: in African ancestry CYP2C9 *5, *6, *8 and *11 have to be tested "
        "before a dose by genotype; they are not: dose clinically (clinical equation: " +
        milligrams(clinical) + " mg a week).";
    item.because.push_back("clinical equation: " + iwpc_arithmetic(in, false));
    item.not_checked.emplace_back("CYP2C9 *5, *6, *8, *11: not all tested");
    return {item};
  }
  const double weekly = iwpc_pharmacogenetic(in);
  const double gage = gage_pharmacogenetic(in);
  item.finding = "DOSE";
  item.action = "DOSE";
  item.dose.mg_per_week = weekly;
  item.dose.mg_per_day = weekly / 7;
  item.dose.algorithm = "iwpc_pg_2009";
  item.dose.tolerance = "0.05";
  item.dose.arithmetic = iwpc_arithmetic(in, true);
  item.statement = "Warfarin: starting estimate " + milligrams(weekly) + " mg a week (" +
                   milligrams(weekly / 7) + " mg a day) by the IWPC equation; " + milligrams(gage) +
                   " mg a day by the equation of Gage. The INR steers the dose.";
  item.because.push_back("IWPC: " + item.dose.arithmetic);
  item.because.push_back("Gage: " + milligrams(gage) +
                         " mg a day; clinical equations without "
                         "genotype: " +
                         milligrams(clinical) + " mg a week (IWPC), " +
                         milligrams(gage_clinical(in)) + " mg a day (Gage)");
  if (stars.others > 0) {
    item.sources.push_back(flow_source("cyp2c9_other"));
    item.warnings.push_back("CYP2C9 " + stars.pair +
                            ": with one allele of *5, *6, *8 or *11 the dose is lowered by 15 to "
                            "30 %" +
                            (stars.others > 1 ? "; with two by 20 to 40 %" : std::string()) + " (" +
                            milligrams(weekly * 0.7) + " to " + milligrams(weekly * 0.85) +
                            " mg a week)");
  }
  const GeneCall* f2 = facts.calls().gene("CYP4F2");
  const bool star3_of_4f2 = f2 != nullptr && f2->diplotypes_text().find("*3") != std::string::npos;
  if (star3_of_4f2 && !african) {
    item.sources.push_back(flow_source("cyp4f2"));
    item.warnings.push_back(
        "CYP4F2 *3 (rs2108622 T): the dose is raised by 5 to 10 % outside "
        "African ancestry (" +
        milligrams(weekly * 1.05) + " to " + milligrams(weekly * 1.1) + " mg a week)");
  }
  const VariantCall* extra = facts.calls().variants ? facts.calls().variant("rs12777823") : nullptr;
  if (african && extra != nullptr && extra->read() && extra->copies > 0) {
    item.sources.push_back(flow_source("rs12777823"));
    item.warnings.push_back(
        "rs12777823 A in African American ancestry: the dose is lowered by 10 "
        "to 25 % (" +
        milligrams(weekly * 0.75) + " to " + milligrams(weekly * 0.9) + " mg a week)");
  }
  if (record.ancestry.empty() || record.ancestry == "other") {
    item.not_checked.emplace_back("ancestry: not recorded or mixed");
    item.warnings.push_back(
        "the person's ancestry is not stated: outside African ancestry the estimate above holds; "
        "in African ancestry " +
        (stars.others_tested ? std::string("the same equation with its own corrections")
                             : "CYP2C9 *5, *6, *8 and *11 are not all tested and the dose is "
                               "clinical (" +
                                   milligrams(clinical) + " mg a week)"));
  }
  std::vector<Item> out;
  const bool poor = stars.star3 == 2 || (stars.star3 == 1 && stars.star2 == 1);
  if (poor) {
    Item other = item;
    other.dose = {};
    other.finding = "CYP2C9_POOR_METABOLIZER";
    other.action = "ALTERNATIVE";
    other.severity = "major";
    other.statement =
        "Warfarin: CYP2C9 " + stars.pair + ", a poor metabolizer: consider another anticoagulant.";
    other.sources = {
        flow_source(), flow_source("poor_metabolizer"), source_of_calls(facts, "CYP2C9")};
    out.push_back(std::move(other));
  }
  if (c9->firmness == Firmness::kOpen) item.firmness = "open";
  out.push_back(std::move(item));
  return out;
}

}  // namespace gcrisk::recommend
