// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "builder.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

namespace {

constexpr int kAdult = 18;
constexpr long kThreeMonths = 90;

// Does a row's population fit the person? kUnknown rows are shown side by side.
Truth fits(const Facts& facts, const GuidelineRow& row, std::string& remark) {
  const Record& record = facts.record();
  const std::string& population = row.population;
  const auto by_age = [&](bool adult) {
    if (!record.age) return Truth::kUnknown;
    return (*record.age >= kAdult) == adult ? Truth::kTrue : Truth::kFalse;
  };
  if (population == "general") return Truth::kTrue;
  if (population == "adults") return by_age(true);
  if (population == "pediatrics") return by_age(false);
  if (population == "child >40kg_adult") {
    if (!record.age || *record.age >= kAdult) return record.age ? Truth::kTrue : Truth::kUnknown;
    const LabState& weight = record.lab("body weight");
    if (!weight.value) return Truth::kUnknown;
    return weight.value->value > 40 ? Truth::kTrue : Truth::kFalse;
  }
  if (population == "CBZ-no alternatives") return Truth::kFalse;
  if (population.find("naive") != std::string::npos ||
      population.find("use >3") != std::string::npos) {
    const bool naive = population.find("naive") != std::string::npos;
    const Medication* drug = facts.drug(row.drug);
    if (drug == nullptr || drug->standing != Standing::kTaken) {
      if (naive) remark = "taken as new: earlier use is not on record";
      const bool before = std::any_of(record.past_medications.begin(),
                                      record.past_medications.end(),
                                      [&](const auto& one) { return one.name == row.drug; });
      return before ? Truth::kUnknown : naive ? Truth::kTrue : Truth::kFalse;
    }
    if (!drug->since) return Truth::kUnknown;
    const auto index = Date::parse(record.index_date);
    if (!index) return Truth::kUnknown;
    const bool long_use = days_between(*drug->since, *index) > kThreeMonths;
    return long_use == naive ? Truth::kFalse : Truth::kTrue;
  }
  // Clopidogrel: by what it is given for.
  const bool acute = record.condition("acute coronary syndrome").truth == Truth::kTrue ||
                     record.condition("coronary stent or intervention").truth == Truth::kTrue;
  const bool brain = record.condition("stroke or transient ischaemic attack").truth == Truth::kTrue;
  const bool other =
      record.condition("atherosclerotic cardiovascular disease").truth == Truth::kTrue && !brain;
  if (!acute && !brain && !other) return Truth::kUnknown;
  if (population == "CVI ACS PCI") return acute ? Truth::kTrue : Truth::kFalse;
  if (population == "NVI") return brain ? Truth::kTrue : Truth::kFalse;
  if (population == "CVI non-ACS non-PCI") {
    return other && !acute ? Truth::kTrue : Truth::kFalse;
  }
  return Truth::kUnknown;
}

std::string population_words(const std::string& population) {
  if (population == "CVI ACS PCI") return "acute coronary syndrome or coronary intervention";
  if (population == "CVI non-ACS non-PCI") return "other cardiovascular indication";
  if (population == "NVI") return "neurovascular indication";
  if (population == "CBZ naive" || population == "PHT naive" || population == "OXC naive") {
    return "not taken before";
  }
  if (population.find("use >3") != std::string::npos) return "taken for over three months";
  if (population == "child >40kg_adult") return "adults and children above 40 kg";
  return population;
}

struct Combination {
  std::vector<std::string> values;
  bool best = true;
  std::string shown;  // "CYP2C9=1.0;HLA-B=No Result"
};

std::vector<Combination> combine(const std::vector<std::string>& genes,
                                 const std::vector<std::vector<LookupValue>>& values) {
  std::vector<Combination> out = {{}};
  for (std::size_t g = 0; g < genes.size(); ++g) {
    std::vector<Combination> next;
    for (const Combination& before : out) {
      for (const LookupValue& value : values[g]) {
        Combination one = before;
        one.values.push_back(value.value);
        one.best &= value.best;
        one.shown += (g == 0 ? "" : ";") + genes[g] + "=" + value.value;
        next.push_back(std::move(one));
      }
    }
    out = std::move(next);
  }
  return out;
}

Dose dose_of(const GuidelineRow& row) {
  Dose dose;
  dose.percent = row.start_pct;
  dose.maintenance_percent = row.maint_pct;
  dose.increase_percent = row.increase_pct;
  dose.cap_mg_day = row.action == "CAP_DOSE" ? row.cap_mg_day : "";
  return dose;
}

struct Found {
  const GuidelineRow* row;
  std::string lookup;
  bool best;
};

Item item_of(const Facts& facts,
             const std::string& drug,
             Standing standing,
             const std::vector<Found>& found,
             bool any_open,
             const std::vector<std::string>& not_tested) {
  // Of several rows that fit, the most severe leads; the others stand beside it.
  const auto lead = std::min_element(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tuple(!a.best, severity_rank(a.row->action), a.row->rec_id) <
           std::tuple(!b.best, severity_rank(b.row->action), b.row->rec_id);
  });
  const GuidelineRow& row = *lead->row;
  Item item;
  item.kind = "gene-drug";
  item.about = drug;
  item.drugs = {drug};
  item.standing = standing;
  item.finding = row.action;
  item.action = row.action;
  item.statement = sentence_of(row);
  item.strength = row.strength;
  item.population = population_words(row.population);
  item.firmness = any_open ? "open" : "firm";
  item.severity = "info";
  if (row.action == "CONTRAINDICATED" || row.action == "CONTRAINDICATED_RELATIVE") {
    item.severity = "contraindicated";
  } else if (row.action == "AVOID" || row.action == "ALTERNATIVE" ||
             row.action == "ALTERNATIVE_OR_REDUCE") {
    item.severity = "major";
  } else if (!is_standard(row.action) && row.action != "INDICATED") {
    item.severity = "moderate";
  }
  item.dose = dose_of(row);
  std::set<std::string> actions;
  for (const Found& one : found) {
    if (one.best) actions.insert(one.row->action);
    item.possible.push_back(
        {one.lookup, one.row->action, one.row->rec_id, population_words(one.row->population)});
    item.sources.push_back(source_of(*one.row, facts.knowledge().guidelines));
  }
  if (found.size() == 1) item.possible.clear();
  for (const std::string& name : row.alternatives) item.alternatives.push_back({name, "", ""});
  const bool standard = is_standard(row.action) || row.action.starts_with("STANDARD");
  const bool hla_missing = std::any_of(not_tested.begin(), not_tested.end(), [](const auto& gene) {
    return gene.starts_with("HLA");
  });
  if (hla_missing) {
    item.finding = "NOT_DECIDED_FOR_HLA";
    item.firmness = "not_determined";
    if (standard) item.action = "NOT_DECIDED";
    item.statement = "Not decided as long as " + base::join(not_tested, " and ") +
                     " is not tested. " + (standard ? "" : item.statement);
    while (item.statement.ends_with(' ')) item.statement.pop_back();
  } else if (!not_tested.empty() && standard) {
    item.finding = "STANDARD_OTHER_GENE_UNKNOWN";
    item.action = "NOT_DECIDED";
    item.firmness = "not_determined";
    item.statement = "Not decided: " + base::join(not_tested, " and ") +
                     " has no result; the other gene gives no reason to leave the usual dose.";
  } else if (actions.size() > 1 || (any_open && standard)) {
    item.finding = "OPEN";
    if (standard || actions.size() > 1) {
      const bool all_act = std::none_of(actions.begin(), actions.end(), [](const auto& action) {
        return is_standard(action) || action.starts_with("STANDARD");
      });
      if (!all_act) {
        item.action = "NOT_DECIDED";
        item.dose = {};
        item.statement =
            "Not decided: the call is open, and the readings that fit lead to "
            "different advice. No usual dose rests on it.";
      }
    }
  }
  if (item.firmness == "firm" && !not_tested.empty()) {
    item.firmness = "open";
    item.warnings.push_back(base::join(not_tested, " and ") +
                            " has no result: it may lead to more than this");
  }
  if (any_open && item.finding != "OPEN") {
    item.warnings.push_back("the call is open: another reading may lead to other advice");
  }
  return item;
}

void add_reasons(const Facts& facts, Item& item, const std::vector<std::string>& genes) {
  for (const std::string& gene : genes) {
    const GeneCall* call = facts.calls().gene(gene);
    if (call == nullptr || call->firmness == Firmness::kNotDetermined) {
      const bool tested =
          call != nullptr && call->source != CallSource::kNone && !is_outside_only(gene);
      item.because.push_back(
          gene + (tested ? " not determined" : " not tested") +
          (call == nullptr || call->why_not.empty() ? "" : ": " + call->why_not));
      item.not_checked.push_back(gene + (tested ? ": not determined" : ": not tested"));
    } else {
      item.because.push_back(Facts::describe(*call));
      append(item.because, call->to_tell_apart);
      append(item.warnings, call->warnings);
      for (const OpenAllele& allele : call->alleles_not_excluded) {
        if (!allele.changes_phenotype) continue;
        item.because.push_back(gene + " " + allele.name + " is not ruled out" +
                               (allele.phenotypes.empty()
                                    ? ""
                                    : "; it would give " + base::join(allele.phenotypes, " or ")));
      }
    }
    item.sources.push_back(source_of_calls(facts, gene));
  }
  const Medication* drug = facts.drug(item.about);
  if (drug != nullptr) item.record_used.push_back(drug->used);
}

// A drug that is given for one disease alone is no topic for a carrier without it.
void ask_for_the_disease(const Facts& facts, Item& item) {
  if (item.action != "INDICATED") return;
  const ConditionState& disease = facts.record().condition("cystic fibrosis");
  if (disease.truth == Truth::kTrue) {
    item.because.push_back("cystic fibrosis on record");
    append(item.record_used, disease.used);
    return;
  }
  item.finding = "NO_INDICATION";
  item.action = "NOT_INDICATED";
  item.severity = "major";
  item.statement =
      fill("{drug}: cystic fibrosis is not on record; the variant alone is no reason for it.",
           item.about);
  if (disease.truth == Truth::kUnknown) item.not_checked.push_back("cystic fibrosis: not recorded");
}

}  // namespace

std::vector<Item> gene_drug_items(const Facts& facts, const std::string& drug, Standing standing) {
  const GuidelineTable& table = facts.knowledge().guidelines;
  if (!table.has(drug)) return {};
  const std::vector<std::string>& genes = table.genes(drug);
  std::vector<std::vector<LookupValue>> values;
  std::vector<std::string> not_tested;
  bool any_open = false;
  for (const std::string& gene : genes) {
    const GeneCall* call = facts.calls().gene(gene);
    values.push_back(lookup_values(call, gene, table.scores(drug, gene)));
    any_open |= call != nullptr && call->firmness == Firmness::kOpen;
    bool tested = call != nullptr && call->firmness != Firmness::kNotDetermined;
    if (tested && gene.starts_with("HLA")) {
      // A type that says nothing about this drug's allele is no answer for this drug.
      std::erase_if(values.back(),
                    [&](const LookupValue& one) { return !table.asks(drug, gene, one.value); });
      tested = !values.back().empty();
      if (!tested) values.back() = {{"No Result", "", true}};
    }
    if (!tested) not_tested.push_back(gene);
  }
  std::map<std::string, std::vector<Found>> by_population;
  std::map<std::string, std::string> remarks;
  bool unknown_population = false;
  for (const Combination& one : combine(genes, values)) {
    for (const GuidelineRow* row : table.rows(drug, one.values)) {
      std::string remark;
      const Truth fit = fits(facts, *row, remark);
      if (fit == Truth::kFalse) continue;
      unknown_population |= fit == Truth::kUnknown;
      by_population[row->population].push_back({row, one.shown, one.best});
      if (!remark.empty()) remarks[row->population] = remark;
    }
  }
  std::vector<Item> out;
  for (const auto& [population, found] : by_population) {
    if (std::none_of(found.begin(), found.end(), [](const Found& one) { return one.best; })) {
      continue;
    }
    Item item = item_of(facts, drug, standing, found, any_open, not_tested);
    if (const auto remark = remarks.find(population); remark != remarks.end()) {
      item.not_checked.push_back(remark->second);
    }
    if (unknown_population) {
      item.warnings.push_back(
          "which population the person belongs to is not on record: the rows "
          "stand side by side");
    }
    add_reasons(facts, item, genes);
    for (const Found& one : found) {
      const std::string& of = one.row->population;
      item.because.push_back("recommendation " + one.row->rec_id +
                             (of == "general" ? "" : " (" + population_words(of) + ")") + " for " +
                             one.lookup + ": " + one.row->action);
    }
    ask_for_the_disease(facts, item);
    out.push_back(std::move(item));
  }
  if (!out.empty()) return out;
  // No row answers: the gene was not tested, or its result is outside the guideline.
  Item item;
  item.kind = "gene-drug";
  item.about = drug;
  item.drugs = {drug};
  item.standing = standing;
  item.severity = "info";
  const bool hla = std::any_of(
      genes.begin(), genes.end(), [](const std::string& gene) { return gene.starts_with("HLA"); });
  if (not_tested.empty()) {
    item.finding = "NO_GUIDELINE_ROW";
    item.action = "NO_RECOMMENDATION";
    item.firmness = any_open ? "open" : "firm";
    item.statement = drug + ": the guideline has no row for this result.";
  } else {
    item.finding = hla ? "NOT_DECIDED_FOR_HLA" : "NOT_DECIDED";
    item.action = "NOT_TESTED";
    item.firmness = "not_determined";
    item.statement = drug + ": not decided as long as " + base::join(not_tested, " and ") +
                     (not_tested.size() == 1 ? " has" : " have") + " no result.";
  }
  TableVersion version = table.version();
  item.sources.push_back({.table = version.table,
                          .version = version.version,
                          .date = version.date,
                          .organisation = "CPIC",
                          .verified = "true"});
  add_reasons(facts, item, genes);
  out.push_back(std::move(item));
  return out;
}

}  // namespace gcrisk::recommend
