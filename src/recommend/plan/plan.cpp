// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/recommend/plan.hpp"

#include <algorithm>
#include <cstdio>

#include "builder.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

bool Dose::empty() const {
  return percent.empty() && maintenance_percent.empty() && increase_percent.empty() &&
         cap_mg_day.empty() && label.empty() && mg_per_week == 0;
}

namespace {

constexpr long kYear = 365;

// Everything that speaks about one drug, before alternatives are looked at.
struct DrugCheck {
  std::vector<Item> items;
  std::vector<std::string> not_checked;
};

class PlanBuilder {
 public:
  PlanBuilder(const Knowledge& knowledge,
              const PersonCalls& calls,
              const Record& record,
              const PlanRequest& request)
      : facts_(knowledge, calls, record, request) {}

  Plan build();

 private:
  const DrugCheck& check(const std::string& drug, Standing standing);
  void add_drugs();
  void add_topics();
  void fill_alternatives(Item& item, std::vector<Item>& more);
  void resolve();
  void rank();
  void add_changes();
  void add_notices(Plan& plan) const;

  Facts facts_;
  std::map<std::string, DrugCheck> checks_;
  std::vector<Item> items_;
  std::vector<DrugSummary> drugs_;
};

const DrugCheck& PlanBuilder::check(const std::string& drug, Standing standing) {
  const auto [at, is_new] = checks_.try_emplace(drug);
  DrugCheck& out = at->second;
  if (!is_new) return out;
  out.items = gene_drug_items(facts_, drug, standing);
  append(out.items, effective_items(facts_, drug, standing));
  append(out.items, drug_rule_items(facts_, drug, standing, out.not_checked));
  if (drug == "warfarin" && facts_.drug(drug) != nullptr) {
    append(out.items, warfarin_items(facts_, standing));
  }
  once(out.not_checked);
  return out;
}

void PlanBuilder::add_drugs() {
  for (const Medication& drug : facts_.drugs()) {
    const DrugCheck& checked = check(drug.name, drug.standing);
    append(items_, checked.items);
    if (drug.again) items_.push_back(already_taken_item(facts_, drug));
    DrugSummary summary;
    summary.name = drug.name;
    summary.standing = drug.standing;
    summary.not_checked = checked.not_checked;
    summary.used = drug.used;
    drugs_.push_back(std::move(summary));
    if (!checked.items.empty() || checked.not_checked.empty()) continue;
    // Rules know the drug, and what they ask for is not on record.
    Item item;
    item.kind = "drug";
    item.about = drug.name;
    item.drugs = {drug.name};
    item.standing = drug.standing;
    item.finding = "NOT_RECORDED";
    item.action = "INFORM";
    item.severity = "info";
    item.firmness = "not_determined";
    item.statement = fill(
        "{drug}: nothing on record speaks against it, but not everything that "
        "was to be checked is recorded.",
        drug.name);
    item.not_checked = checked.not_checked;
    item.record_used = {drug.used};
    item.sources = {source_in(facts_, "interactions.json")};
    item.sources.front().organisation = "the rules that name this drug";
    items_.push_back(std::move(item));
  }
}

// What is named beside or instead of a drug: offered only where nothing speaks against it.
void PlanBuilder::fill_alternatives(Item& item, std::vector<Item>& more) {
  for (Alternative& one : item.alternatives) {
    const Drug* drug = facts_.knowledge().drugs.find(one.name);
    if (drug == nullptr) {
      one.status = "named";
      one.why = "a kind of drug; to be checked by name";
      if (one.name.find("opioid") != std::string::npos) {
        one.why +=
            "; an opioid that CYP2D6 has to activate (codeine, tramadol, hydrocodone) is "
            "no alternative";
      }
      continue;
    }
    const DrugCheck& checked = check(drug->name, Standing::kPossible);
    std::vector<std::string> against;
    std::vector<std::string> warnings;
    // A treatment that a rule names for a finding stays named beside a major interaction, which a
    // change of the other drug can end; an alternative to a drug does not.
    const bool treatment = item.kind == "therapy";
    bool major = false;
    for (const Item& other : checked.items) {
      if (treatment && other.severity == "major" && other.about.find('+') != std::string::npos) {
        major = true;
        warnings.push_back(other.statement);
        if (facts_.drug(drug->name) == nullptr) more.push_back(other);
      } else if (speaks_against(other)) {
        against.push_back(other.statement);
        Item excluded = other;
        excluded.standing = Standing::kPossible;
        excluded.warnings.push_back("looked at because " + item.about + " names it");
        if (facts_.drug(drug->name) == nullptr) more.push_back(std::move(excluded));
      } else if (other.severity == "moderate") {
        warnings.push_back(other.statement);
        if (facts_.drug(drug->name) == nullptr) more.push_back(other);
      }
    }
    once(against);
    if (!against.empty()) {
      one.status = "not offered";
      one.why = base::join(against, " ");
      continue;
    }
    one.status = "offered";
    std::vector<std::string> not_checked = checked.not_checked;
    one.why = warnings.empty() ? "" : base::join(warnings, " ");
    const Medication* known = facts_.drug(drug->name);
    if (known != nullptr && known->standing == Standing::kTaken) {
      one.status = "taken already";
      more.push_back(already_taken_item(facts_, *known));
    }
    if (known != nullptr && !treatment) continue;  // has items of its own
    Item option;
    option.kind = "option";
    option.about = drug->name;
    option.drugs = {drug->name};
    option.standing = known == nullptr ? Standing::kPossible : known->standing;
    option.finding = item.action == "RECOMMENDED" ? "NAMED_AS_OPTION" : item.finding;
    if (item.kind == "gene-drug" || item.kind == "phenoconversion") {
      option.finding = "NAMED_AS_OPTION";
    }
    option.action = item.action == "RECOMMENDED" && !major ? "RECOMMENDED" : "NAMED_AS_OPTION";
    option.severity = "info";
    option.firmness = item.firmness;
    option.statement =
        fill("{drug} is named as an option to discuss (" + item.about + ").", drug->name);
    option.because = item.because;
    option.record_used = item.record_used;
    option.not_checked = item.not_checked;
    append(option.not_checked, not_checked);
    option.warnings = warnings;
    option.sources = item.sources;
    option.strength = item.strength;
    for (const Item& other : checked.items) {
      if (other.kind == "gene-drug") append(option.because, other.because);
    }
    more.push_back(std::move(option));
  }
}

void PlanBuilder::add_topics() {
  Topics topics = topic_items(facts_);
  for (const std::string& substance : topics.uses) {
    const Medication* known = facts_.drug(substance);
    if (known == nullptr) append(items_, check(substance, Standing::kPossible).items);
  }
  std::vector<Item> more;
  for (Item& item : items_) fill_alternatives(item, more);
  for (Item& item : topics.items) {
    const std::size_t before = more.size();
    fill_alternatives(item, more);
    for (const Topics::Option& option : topics.options) {
      for (std::size_t i = before; i < more.size(); ++i) {
        if (more[i].kind == "option" && more[i].about == option.drug &&
            &topics.items[option.item] == &item) {
          more[i].dose.label = option.dose;
        }
      }
    }
    // A rule all of whose options are excluded recommends nothing.
    const bool any = item.alternatives.empty() ||
                     std::any_of(item.alternatives.begin(),
                                 item.alternatives.end(),
                                 [](const auto& one) { return one.status != "not offered"; });
    if (!any && (item.action == "RECOMMENDED" || item.action == "NAMED_AS_OPTION")) {
      item.finding = "OPTIONS_EXCLUDED";
      item.action = "INFORM";
      item.statement += " Nothing is offered: something on record speaks against each option.";
    }
  }
  append(items_, topics.items);
  append(items_, more);
}

// Contraindicated over avoid over reduce over inform; nothing is hidden, but no item says "usual
// dose" beside one that speaks against it.
void PlanBuilder::resolve() {
  for (Item& item : items_) {
    if (item.kind != "gene-drug") continue;
    std::vector<std::string> against;
    bool major = false;
    bool superseded = false;
    std::vector<std::string> opposite;
    for (const Item& other : items_) {
      if (&other == &item || other.drugs.empty() || other.drugs.front() != item.about) continue;
      if (other.severity == "info" || other.statement == item.statement) continue;
      major |= speaks_against(other);
      superseded |= other.finding == "PHENOCONVERTED" && other.action != item.action;
      against.push_back(other.action + ": " + other.statement);
      const bool up = item.action == "INCREASE" || item.action == "STANDARD_THEN_INCREASE";
      const bool down = other.action == "REDUCE" || other.action == "LOWEST_START";
      const bool other_up = other.action == "INCREASE";
      const bool is_down = item.action == "REDUCE" || item.action == "LOWEST_START";
      if ((up && down) || (is_down && other_up)) opposite.push_back(other.statement);
    }
    once(against);
    if (against.empty()) continue;
    append(item.warnings, against);
    for (const std::string& one : opposite) {
      item.warnings.push_back(
          "conflict: the two pieces of advice point in opposite directions; "
          "levels or effect and a clinician decide (" +
          one + ")");
      item.finding = "CONFLICT";
    }
    if (!is_standard(item.action)) continue;
    if (item.finding == item.action) item.finding = "GENES_GIVE_NO_REASON";
    if (item.action == "STANDARD" || item.action == "STANDARD_NO_EVIDENCE") {
      item.action = major || superseded ? "INFORM" : "STANDARD_WITH_WARNING";
    }
  }
  for (DrugSummary& drug : drugs_) {
    for (Item& item : items_) {
      const bool its =
          item.kind != "gene" &&
          std::find(item.drugs.begin(), item.drugs.end(), drug.name) != item.drugs.end();
      if (!its) continue;
      if (item.drugs.front() == drug.name) append(item.not_checked, drug.not_checked);
      if (drug.action.empty() || severity_rank(item.action) < severity_rank(drug.action)) {
        drug.action = item.action;
      }
    }
    if (drug.action.empty()) drug.action = "NO_RECOMMENDATION";
    drug.light = light_of(drug.action);
  }
}

// Severity, strength of evidence, firmness, then taken before planned before possible.
void PlanBuilder::rank() {
  const auto strength = [](const Item& item) {
    const std::string lower = base::to_lower(item.strength);
    if (lower == "strong" || lower == "safety rule" || lower == "label") return 0;
    if (lower == "moderate") return 1;
    return lower == "optional" ? 2 : 3;
  };
  const auto severity = [](const Item& item) {
    if (item.severity == "contraindicated") return 0;
    if (item.severity == "major") return 1;
    return item.severity == "moderate" ? 2 : 3;
  };
  const auto firmness = [](const Item& item) {
    return item.firmness == "firm" ? 0 : item.firmness == "open" ? 1 : 2;
  };
  for (Item& item : items_) {
    once(item.because);
    once(item.not_checked);
    once(item.warnings);
    once(item.record_used);
    item.verified = "true";
    for (const Source& source : item.sources) {
      if (source.verified != "true" && item.verified == "true") item.verified = source.verified;
      if (source.verified == "false") item.verified = "false";
    }
    if (item.verified != "true") {
      item.warnings.push_back(item.verified == "false" ? "the source was not seen: unverified"
                                                       : "verified in part: " + item.verified);
    }
    std::string source =
        item.sources.empty() ? "" : item.sources.front().rule_id + item.sources.front().rec_id;
    char head[32];
    std::snprintf(head,
                  sizeof head,
                  "%d%02zu%d%d%d",
                  severity(item),
                  std::min<std::size_t>(severity_rank(item.action), 99),
                  strength(item),
                  firmness(item),
                  static_cast<int>(item.standing));
    item.key = std::string(head) + "\t" + item.about + "\t" + item.kind + "\t" + item.finding +
               "\t" + source + "\t" + item.population + "\t" + item.statement;
  }
  std::sort(
      items_.begin(), items_.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  items_.erase(std::unique(items_.begin(),
                           items_.end(),
                           [](const auto& a, const auto& b) { return a.key == b.key; }),
               items_.end());
  std::size_t number = 0;
  for (Item& item : items_) {
    char id[16];
    std::snprintf(id, sizeof id, "i%03zu", ++number);
    item.id = id;
    for (DrugSummary& drug : drugs_) {
      if (item.kind != "gene" &&
          std::find(item.drugs.begin(), item.drugs.end(), drug.name) != item.drugs.end()) {
        drug.items.push_back(item.id);
      }
    }
  }
}

// What guidelines changed after the date of the table that an item rests on.
void PlanBuilder::add_changes() {
  const Knowledge& knowledge = facts_.knowledge();
  for (Item& item : items_) {
    if (item.drugs.empty() || (item.kind != "gene-drug" && item.kind != "phenoconversion")) {
      continue;
    }
    for (const TableChange& change : knowledge.changes) {
      const bool its = std::find(change.drugs.begin(), change.drugs.end(), item.drugs.front()) !=
                       change.drugs.end();
      if (change.included || !its) continue;
      item.warnings.push_back("newer than the tables, " + change.date + ": " + change.what);
    }
  }
}

void PlanBuilder::add_notices(Plan& plan) const {
  const Record& record = facts_.record();
  std::string newest = record.index_date;
  for (const TableVersion& table : plan.tables) newest = std::max(newest, table.date);
  const auto now = Date::parse(newest);
  for (const TableVersion& table : plan.tables) {
    const auto date = Date::parse(table.date);
    if (!date || !now || days_between(*date, *now) <= kYear) continue;
    plan.notices.push_back("the table " + table.table + " is of " + table.date +
                           ", older than a year: look for a newer version of the guideline");
  }
  // Changes that bear on a drug in question or on a gene that one of them asks for.
  std::set<std::string> genes;
  for (const Medication& drug : facts_.drugs()) {
    for (const std::string& gene : genes_for(facts_, drug.name)) genes.insert(gene);
  }
  for (const TableChange& change : facts_.knowledge().changes) {
    const bool of_drug =
        std::any_of(change.drugs.begin(), change.drugs.end(), [&](const std::string& name) {
          return facts_.drug(name) != nullptr;
        });
    const bool of_gene = change.drugs.empty() &&
                         std::any_of(change.genes.begin(),
                                     change.genes.end(),
                                     [&](const std::string& gene) { return genes.contains(gene); });
    if (change.included || (!of_drug && !of_gene)) continue;
    plan.notices.push_back("newer than the tables, " + change.date + ": " + change.what);
  }
  if (facts_.question_is_drugs() && !facts_.request().also.contains("incidental")) {
    plan.notices.emplace_back(
        "the question is about drugs: findings in genes that bear on none of them, nor on a "
        "diagnosis of the person or the family, are not shown (--also incidental shows them)");
  }
  if (!record.given) {
    plan.notices.emplace_back(
        "no health record was given: drugs, diagnoses, pregnancy, kidney "
        "function and allergies are not known, which is not the same as "
        "absent");
  } else {
    if (!record.has_medication_list) {
      plan.notices.emplace_back("other drugs: no medication list on record");
    }
    if (!record.has_allergy_list) plan.notices.emplace_back("allergies: not recorded");
  }
  plan.notices.emplace_back(
      "BRCA1, BRCA2, LDLR, APOB and PCSK9: only the variants of the shipped table were looked at; "
      "finding none does not mean that there is none");
  if (!facts_.request().has_tumour_file && record.tumour_findings.empty()) {
    plan.notices.emplace_back(
        "tumour: no tumour findings were given, so no tumour drug rests on "
        "them; tumour mutational burden is never computed from a germline "
        "file");
  }
  append(plan.notices, record.warnings);
  once(plan.notices);
  for (const auto& call : facts_.calls().genes) {
    if (call->firmness != Firmness::kNotDetermined) continue;
    const std::string state = call->source == CallSource::kNone ? "not tested" : "not determined";
    const bool says_so = call->why_not.starts_with(state);
    plan.not_tested.push_back(call->gene + ": " + (says_so ? "" : state) +
                              (call->why_not.empty() || says_so ? "" : ", ") + call->why_not);
  }
}

Plan PlanBuilder::build() {
  Plan plan;
  plan.calls = &facts_.calls();
  plan.record = facts_.record();
  add_drugs();
  add_topics();
  append(items_, variant_items(facts_));
  std::vector<std::string> names;
  for (const Medication& drug : facts_.drugs()) names.push_back(drug.name);
  append(items_, gene_items(facts_, names));
  add_changes();
  resolve();
  rank();
  plan.items = std::move(items_);
  plan.drugs = std::move(drugs_);
  plan.effective = effective_results(facts_);
  plan.risks = facts_.request().risks;
  plan.not_understood = facts_.not_understood();
  plan.tables = facts_.knowledge().versions;
  add_notices(plan);
  if (facts_.calls().assumed_reference) {
    plan.watermark =
        "positions that were not read were taken for the reference "
        "(--assume-reference): not for any decision";
    for (Item& item : plan.items) item.warnings.push_back(plan.watermark);
  }
  return plan;
}

}  // namespace

Plan make_plan(const Knowledge& knowledge,
               const PersonCalls& calls,
               const Record& record,
               const PlanRequest& request) {
  return PlanBuilder(knowledge, calls, record, request).build();
}

}  // namespace gcrisk::recommend
