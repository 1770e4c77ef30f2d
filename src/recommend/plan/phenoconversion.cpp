// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "builder.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

namespace {

// The genetic score of CYP2D6 as numbers; "≥3.0" counts as its lower end.
std::vector<double> genetic_scores(const GeneCall& call) {
  std::vector<double> out;
  for (const Outcome& outcome : call.outcomes) {
    std::string text = outcome.activity_score;
    if (text.starts_with("\xE2\x89\xA5")) text = text.substr(3);
    if (const auto score = base::parse_number(text)) {
      out.push_back(*score);
    } else if (outcome.phenotype == "Poor Metabolizer") {
      out.push_back(0);
    }
  }
  return out;
}

struct Inhibition {
  double factor = 1;
  std::vector<std::string> because;
  std::vector<const Medication*> drugs;
};

// Strong: times 0; moderate: times 0.5. The drug itself does not count: its guideline knows.
Inhibition inhibition_of(const Facts& facts, std::string_view except) {
  Inhibition out;
  const DrugTable& drugs = facts.knowledge().drugs;
  for (const Medication& one : facts.drugs()) {
    if (one.name == except) continue;
    const bool strong = drugs.in_class(one.name, "CYP2D6.strong_inhibitors");
    const bool moderate = drugs.in_class(one.name, "CYP2D6.moderate_inhibitors");
    if (!strong && !moderate) continue;
    out.factor = strong ? 0 : std::min(out.factor, 0.5);
    out.because.push_back(one.name + " (" + std::string(name_of(one.standing)) + "), a " +
                          (strong ? "strong" : "moderate") +
                          " CYP2D6 inhibitor: activity score x " + (strong ? "0" : "0.5"));
    out.drugs.push_back(&one);
  }
  return out;
}

// The rows' scores next to the effective one, at or below it and above.
std::string nearest_score(const std::vector<double>& known, double score) {
  double best = -1;
  for (const double one : known) {
    if (one <= score + 1e-9) best = std::max(best, one);
  }
  if (best < 0) return "n/a";
  std::string text = base::format_number(best, 4);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

}  // namespace

std::vector<Effective> effective_results(const Facts& facts) {
  const GeneCall* call = facts.calls().gene("CYP2D6");
  if (call == nullptr || call->firmness == Firmness::kNotDetermined) return {};
  const Inhibition inhibition = inhibition_of(facts, "");
  const std::vector<double> scores = genetic_scores(*call);
  if (inhibition.because.empty() || scores.empty()) return {};
  Effective out;
  out.gene = "CYP2D6";
  out.genetic_phenotype = call->outcomes.front().phenotype;
  out.genetic_score = call->outcomes.front().activity_score;
  const double score = scores.front() * inhibition.factor;
  out.score = base::format_number(score, 4);
  out.phenotype = cyp2d6_phenotype(score);
  out.because = inhibition.because;
  return {out};
}

std::vector<Item> effective_items(const Facts& facts, const std::string& drug, Standing standing) {
  std::vector<Item> out;
  const std::vector<std::string> genes = genes_for(facts, drug);
  const GuidelineTable& table = facts.knowledge().guidelines;
  const auto asks = [&](const char* gene) {
    return std::find(genes.begin(), genes.end(), gene) != genes.end();
  };
  // Other enzymes: how much is left is not known, so it is a warning and no new phenotype.
  static constexpr const char* kOthers[] = {"CYP2C19", "CYP2C9", "CYP2B6", "UGT1A1", "SLCO1B1"};
  for (const char* gene : kOthers) {
    if (!asks(gene)) continue;
    for (const Medication& other : facts.drugs()) {
      if (other.name == drug) continue;
      for (const char* kind : {"strong_inhibitors",
                               "moderate_inhibitors",
                               "inhibitors",
                               "strong_inducers",
                               "moderate_inducers"}) {
        const std::string name = std::string(gene) + "." + kind;
        if (!facts.knowledge().drugs.in_class(other.name, name)) continue;
        Item item;
        item.kind = "phenoconversion";
        item.about = drug + "+" + other.name;
        item.drugs = {drug, other.name};
        item.standing = standing;
        item.finding = "PHENOCONVERSION_POSSIBLE";
        item.action = "MONITOR_CLOSELY";
        item.severity = "moderate";
        item.firmness = "open";
        const bool inducer = std::string_view(kind).find("inducer") != std::string_view::npos;
        item.statement = fill("{drug} with {with}, {class}: the activity of " + std::string(gene) +
                                  " under present drugs may be " + (inducer ? "higher" : "lower") +
                                  " than the genotype says; no figure is given for this enzyme.",
                              drug,
                              other.name,
                              describe_class(name));
        const GeneCall* call = facts.calls().gene(gene);
        if (call != nullptr && call->firmness != Firmness::kNotDetermined) {
          item.because.push_back(Facts::describe(*call));
        }
        item.because.push_back(other.name + " is " + describe_class(name) + ", " +
                               std::string(name_of(other.standing)));
        item.record_used = {other.used};
        item.sources = {{.table = "drugs.tsv",
                         .version = facts.knowledge().drugs.version().version,
                         .date = facts.knowledge().drugs.version().date,
                         .rule_id = "PHENOCONVERSION-" + std::string(gene),
                         .organisation = "regulatory strength classes",
                         .verified = "false"}};
        out.push_back(std::move(item));
        break;
      }
    }
  }
  if (!asks("CYP2D6")) return out;
  const GeneCall* call = facts.calls().gene("CYP2D6");
  const Inhibition inhibition = inhibition_of(facts, drug);
  if (inhibition.because.empty()) return out;
  const std::vector<double> scores = call == nullptr || call->firmness == Firmness::kNotDetermined
                                         ? std::vector<double>()
                                         : genetic_scores(*call);
  Item item;
  item.kind = "phenoconversion";
  item.about = drug;
  item.drugs = {drug};
  item.standing = standing;
  item.finding = "PHENOCONVERTED";
  item.severity = "moderate";
  item.firmness = call != nullptr && call->firmness == Firmness::kFirm ? "firm" : "open";
  for (const Medication* one : inhibition.drugs) {
    item.record_used.push_back(one->used);
    item.drugs.push_back(one->name);
  }
  // A strong inhibitor leaves nothing whatever the genotype is.
  const bool unknown = scores.empty();
  if (unknown && inhibition.factor > 0) return out;
  const double score = unknown ? 0 : scores.front() * inhibition.factor;
  const std::string phenotype = cyp2d6_phenotype(score);
  item.because.push_back(unknown ? "CYP2D6 not tested: no genetic phenotype"
                                 : Facts::describe(*call) + " (genetic)");
  append(item.because, inhibition.because);
  item.because.push_back("CYP2D6 under present drugs: " + phenotype + " (activity score " +
                         base::format_number(score, 4) + ")");
  std::vector<std::string> values;
  for (const std::string& gene : table.genes(drug)) {
    if (gene == "CYP2D6") {
      values.push_back(nearest_score(table.scores(drug, gene), score));
    } else {
      const auto found = lookup_values(facts.calls().gene(gene), gene, table.scores(drug, gene));
      values.push_back(found.empty() ? "No Result" : found.front().value);
    }
  }
  const std::string head =
      fill("{drug}: under present drugs CYP2D6 acts like a ", drug) + phenotype +
      (unknown ? "" : " (by genotype: " + call->outcomes.front().phenotype + ")") + ". ";
  const auto rows = table.has(drug) ? table.rows(drug, values) : std::vector<const GuidelineRow*>();
  const GuidelineRow* row = nullptr;
  for (const GuidelineRow* one : rows) {
    const bool child = facts.record().age && *facts.record().age < 18;
    if (one->population == (child ? "adults" : "pediatrics")) continue;
    if (row == nullptr || severity_rank(one->action) < severity_rank(row->action)) row = one;
  }
  if (row == nullptr) {
    item.action = "MONITOR_CLOSELY";
    item.statement = head + "No guideline row speaks for this value.";
    item.sources = {{.table = "drugs.tsv",
                     .version = facts.knowledge().drugs.version().version,
                     .date = facts.knowledge().drugs.version().date,
                     .rule_id = "PHENOCONVERSION-CYP2D6",
                     .organisation = "regulatory strength classes",
                     .verified = "CYP2D6 lists agree with a public project; factors as in "
                                 "published practice"}};
    out.push_back(std::move(item));
    return out;
  }
  item.action = row->action;
  if (!is_standard(row->action) && !row->action.starts_with("STANDARD")) item.severity = "major";
  item.statement = head + sentence_of(*row);
  item.strength = row->strength;
  item.dose.percent = row->start_pct;
  item.dose.maintenance_percent = row->maint_pct;
  for (const std::string& name : row->alternatives) item.alternatives.push_back({name, "", ""});
  item.sources = {source_of(*row, table),
                  {.table = "drugs.tsv",
                   .version = facts.knowledge().drugs.version().version,
                   .date = facts.knowledge().drugs.version().date,
                   .rule_id = "PHENOCONVERSION-CYP2D6",
                   .organisation = "regulatory strength classes",
                   .verified = "CYP2D6 lists agree with a public project; factors as in published "
                               "practice"}};
  // The usual dose is never the advice of an effective phenotype alone.
  if (is_standard(item.action)) item.action = "MONITOR_CLOSELY";
  out.push_back(std::move(item));
  return out;
}

}  // namespace gcrisk::recommend
