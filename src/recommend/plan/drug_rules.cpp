// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "builder.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

namespace {

std::string verified_words(const Citation& source) {
  return source.verified.empty() ? "false" : source.verified;
}

bool about(const Facts& facts, const Rule& rule, const std::string& drug) {
  return std::any_of(rule.about.begin(), rule.about.end(), [&](const std::string& name) {
    return name.starts_with('@') ? facts.knowledge().drugs.in_class(drug, name.substr(1))
                                 : name == drug;
  });
}

Item make_item(const Rule& rule,
               const Judgement& judgement,
               const std::string& drug,
               Standing standing) {
  Item item;
  item.kind = rule.kind == "pgx" ? "gene-drug" : "interaction";
  item.about = drug;
  item.drugs = {drug};
  item.standing = standing;
  item.finding = rule.finding;
  item.action = rule.action;
  item.severity = rule.severity;
  item.strength = rule.strength;
  item.population = rule.population;
  item.firmness = judgement.open ? "open" : "firm";
  item.dose.percent = rule.start_pct;
  item.dose.maintenance_percent = rule.maint_pct;
  item.because = judgement.because;
  item.record_used = judgement.used;
  item.sources = {source_of(rule)};
  for (const std::string& formula : judgement.formulas) {
    item.sources.push_back(source_of_formula(formula));
  }
  if (judgement.unconfirmed) item.warnings.push_back("rests on a diagnosis that is not confirmed");
  if (judgement.open && is_standard(rule.action)) {
    item.finding = "OPEN";
    item.action = "NOT_DECIDED";
  }
  return item;
}

// Every drug that a recorded allergy or intolerance takes off the list.
void add_allergies(const Facts& facts,
                   const std::string& drug,
                   Standing standing,
                   std::vector<Item>& out,
                   std::vector<std::string>& not_checked) {
  const Record& record = facts.record();
  if (!record.has_allergy_list) not_checked.push_back("allergies: not recorded");
  static constexpr const char* kRelated[] = {"statins",
                                             "nsaids",
                                             "opioids",
                                             "aminoglycosides",
                                             "thiopurines",
                                             "fluoropyrimidines",
                                             "thienopyridines",
                                             "ppi",
                                             "penicillins",
                                             "sulfonamides",
                                             "macrolides",
                                             "azoles",
                                             "volatile_anaesthetics",
                                             "ace_inhibitors",
                                             "parp_inhibitors",
                                             "aromatic_anticonvulsants",
                                             "tricyclics",
                                             "ssris",
                                             "coumarins"};
  for (const Allergy& allergy : record.allergies) {
    std::string how;
    const auto& drugs = facts.knowledge().drugs;
    if (std::find(allergy.drugs.begin(), allergy.drugs.end(), drug) != allergy.drugs.end()) {
      how = "the drug itself";
    }
    for (const std::string& kind : allergy.kinds) {
      if (how.empty() && drugs.in_class(drug, kind)) how = describe_class(kind);
    }
    for (const char* kind : kRelated) {
      if (!how.empty() || !drugs.in_class(drug, kind)) continue;
      const bool same = std::any_of(allergy.drugs.begin(), allergy.drugs.end(), [&](const auto& d) {
        return drugs.in_class(d, kind);
      });
      if (same) how = "of the same class, " + describe_class(kind);
    }
    if (how.empty()) continue;
    Item item;
    item.kind = "interaction";
    item.about = drug;
    item.drugs = {drug};
    item.standing = standing;
    item.finding = "ALLERGY";
    item.action = "CONTRAINDICATED";
    item.severity = "contraindicated";
    item.firmness = "firm";
    item.statement = drug + ": an allergy or intolerance is on record (" + allergy.text +
                     "); it is taken off the list.";
    item.because = {"allergy or intolerance to " + allergy.text + ": " + how +
                    (allergy.unconfirmed ? ", unconfirmed" : "")};
    if (allergy.unconfirmed) item.warnings.push_back("the allergy is unconfirmed");
    item.record_used = {allergy.used};
    item.strength = "general rule";
    item.sources = {source_in(facts, "interactions.json")};
    item.sources.front().rule_id = "ALLERGY";
    item.sources.front().organisation = "general rule";
    out.push_back(std::move(item));
  }
}

}  // namespace

Source source_in(const Facts& facts, const std::string& table) {
  const TableVersion version = facts.knowledge().version_of(table);
  return {
      .table = version.table, .version = version.version, .date = version.date, .verified = "true"};
}

Source source_of_calls(const Facts& facts, const std::string& gene) {
  Source source = source_in(facts, "alleles.tsv");
  source.organisation = gene + " allele and phenotype tables";
  return source;
}

Source source_of_formula(const std::string& formula) {
  const bool rate = formula == "ckd_epi_2021";
  const bool clearance = formula == "cockcroft_gault";
  return {.table = "formulas",
          .version = "as published",
          .date = rate        ? "2021"
                  : clearance ? "1976"
                              : "1972",
          .rule_id = formula,
          .organisation = rate        ? "CKD-EPI"
                          : clearance ? "creatinine clearance"
                                      : "body mass index",
          .first_author = rate        ? "Inker LA"
                          : clearance ? "Cockcroft DW"
                                      : "Keys A",
          .year = rate        ? "2021"
                  : clearance ? "1976"
                              : "1972",
          .pmid = clearance ? "1244564" : "",
          .verified = rate ? "true" : "general knowledge"};
}

Item already_taken_item(const Facts& facts, const Medication& drug) {
  Item item;
  item.kind = "drug";
  item.about = drug.name;
  item.drugs = {drug.name};
  item.standing = Standing::kTaken;
  item.finding = "ALREADY_TAKEN";
  item.action = "INFORM";
  item.severity = "info";
  item.firmness = "firm";
  item.statement =
      fill("{drug} is taken already: the question is its dose, not a new start.", drug.name);
  item.because = {drug.name + " is on the list, " + std::string(name_of(drug.standing))};
  item.record_used = {drug.used};
  item.strength = "general rule";
  item.sources = {source_in(facts, "interactions.json")};
  item.sources.front().rule_id = "DUP";
  item.sources.front().organisation = "general rule";
  return item;
}

Source source_of(const Rule& rule) {
  return {.table = rule.table.table,
          .version = rule.table.version,
          .date = rule.table.date,
          .rule_id = rule.fact,
          .organisation = rule.source.organisation,
          .first_author = rule.source.first_author,
          .year = rule.source.year,
          .pmid = rule.source.pmid,
          .verified = verified_words(rule.source)};
}

Source source_of(const GuidelineRow& row, const GuidelineTable& table) {
  return {.table = table.version().table,
          .version = table.version().version,
          .date = table.version().date,
          .rec_id = row.rec_id,
          .guideline_id = row.guideline_id,
          .organisation = "CPIC",
          .pmid = row.pmid,
          .verified = "true"};
}

std::string fill(std::string text,
                 const std::string& drug,
                 const std::string& with,
                 const std::string& with_class) {
  const auto replace = [&](const std::string& mark, const std::string& by) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
      text.replace(at, mark.size(), by);
      at += by.size();
    }
  };
  if (with_class.empty()) replace(", {class}", "");
  replace("{drug}", drug);
  replace("{with}", with.empty() ? "another drug" : with);
  replace("{class}", with_class);
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

std::vector<std::string> genes_in(const Predicate& predicate) {
  std::set<std::string> found;
  const auto visit = [&](auto&& self, const Predicate& one) -> void {
    const bool of_gene =
        one.kind == Predicate::Kind::kPhenotype || one.kind == Predicate::Kind::kDiplotype;
    if (of_gene) found.insert(one.gene);
    for (const Predicate& part : one.parts) self(self, part);
  };
  visit(visit, predicate);
  return {found.begin(), found.end()};
}

bool speaks_against(const Item& item) {
  if (item.severity == "contraindicated" || item.severity == "major") return true;
  return item.action == "CONTRAINDICATED" || item.action == "CONTRAINDICATED_RELATIVE" ||
         item.action == "AVOID" || item.action == "NOT_INDICATED";
}

std::vector<std::string> genes_for(const Facts& facts, const std::string& drug) {
  std::set<std::string> genes;
  for (const std::string& gene : facts.knowledge().guidelines.genes(drug)) genes.insert(gene);
  for (const Rule& rule : facts.knowledge().rules) {
    if (rule.kind != "pgx" || !about(facts, rule, drug)) continue;
    for (const std::string& gene : genes_in(rule.when)) genes.insert(gene);
  }
  if (drug == "warfarin") genes.insert({"CYP2C9", "VKORC1"});
  return {genes.begin(), genes.end()};
}

std::vector<Item> drug_rule_items(const Facts& facts,
                                  const std::string& drug,
                                  Standing standing,
                                  std::vector<std::string>& not_checked) {
  std::vector<Item> out;
  bool any_pgx = false;
  bool pgx_spoke = false;
  std::vector<std::string> pgx_genes;
  for (const Rule& rule : facts.knowledge().rules) {
    if (rule.kind != "interaction" && rule.kind != "pgx") continue;
    if (!about(facts, rule, drug)) continue;
    if (!rule.request.empty() && !facts.request().also.contains(rule.request)) continue;
    const bool of_genes = rule.kind == "pgx" && !genes_in(rule.when).empty();
    any_pgx |= of_genes;
    if (of_genes) append(pgx_genes, genes_in(rule.when));
    const Judgement judgement = facts.judge(rule.when, drug);
    if (judgement.truth == Truth::kFalse) continue;
    if (judgement.truth == Truth::kUnknown) {
      if (rule.kind == "interaction") {
        for (const std::string& what : judgement.not_checked) not_checked.push_back(what);
      }
      continue;
    }
    pgx_spoke |= of_genes;
    const std::size_t n = std::max<std::size_t>(1, judgement.with.size());
    for (std::size_t w = 0; w < n; ++w) {
      Item item = make_item(rule, judgement, drug, standing);
      std::string with;
      std::string with_class;
      if (!judgement.with.empty()) {
        with = judgement.with[w];
        with_class = judgement.with_class[w];
        item.about = drug + "+" + with;
        item.drugs = {drug, with};
        // One pair an item: the reasons of the other pairs belong to theirs.
        item.because = {judgement.because[w]};
        item.record_used = {judgement.used[w]};
      }
      item.statement = fill(rule.statement, drug, with, with_class);
      for (const auto& [when, caution] : rule.cautions) {
        if (facts.judge(when, drug).truth == Truth::kTrue) item.warnings.push_back(caution);
      }
      item.because.push_back("rule " + rule.fact + ": " + item.statement);
      if (!rule.evidence.empty()) item.because.push_back(rule.evidence);
      const Medication* taken = facts.drug(drug);
      if (taken != nullptr) item.record_used.push_back(taken->used);
      once(item.record_used);
      out.push_back(std::move(item));
    }
  }
  add_allergies(facts, drug, standing, out, not_checked);
  // A drug that only rules know, and none of them spoke: say what was found all the same.
  if (any_pgx && !pgx_spoke && !facts.knowledge().guidelines.has(drug)) {
    once(pgx_genes);
    Item item;
    item.kind = "gene-drug";
    item.about = drug;
    item.drugs = {drug};
    item.standing = standing;
    item.severity = "info";
    bool answered = true;
    bool open = false;
    for (const std::string& gene : pgx_genes) {
      const GeneCall* call = facts.calls().gene(gene);
      const bool has = call != nullptr && call->firmness != Firmness::kNotDetermined;
      answered &= has;
      open |= has && call->firmness == Firmness::kOpen;
      item.because.push_back(has ? Facts::describe(*call) : gene + " not tested");
      if (!has) item.not_checked.push_back(gene + ": not tested");
      item.sources.push_back(source_of_calls(facts, gene));
    }
    item.firmness = !answered ? "not_determined" : open ? "open" : "firm";
    item.finding = !answered ? "NOT_DECIDED" : open ? "OPEN" : "NO_RULE_APPLIES";
    item.action = !answered ? "NOT_TESTED" : open ? "NOT_DECIDED" : "NO_RECOMMENDATION";
    item.statement = fill(!answered ? "{drug}: not decided as long as " +
                                          base::join(pgx_genes, " and ") + " has no result."
                          : open ? "{drug}: not decided, the call is open."
                                 : "{drug}: no rule of these tables speaks for this result.",
                          drug);
    out.push_back(std::move(item));
  }
  return out;
}

}  // namespace gcrisk::recommend
