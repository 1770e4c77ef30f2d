// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "builder.hpp"

namespace gcrisk::recommend {

namespace {

bool is_topic(const Rule& rule) { return rule.kind != "interaction" && rule.kind != "pgx"; }

Item make_item(const Facts& facts, const Rule& rule, const Judgement& judgement) {
  Item item;
  item.kind = rule.kind;
  item.about = rule.about.front();
  item.finding = rule.finding;
  item.action = rule.action;
  item.severity = rule.severity;
  item.statement = fill(rule.statement, item.about);
  item.strength = rule.strength;
  item.population = rule.population;
  item.firmness = judgement.open ? "open" : "firm";
  item.because = judgement.because;
  item.record_used = judgement.used;
  item.sources = {source_of(rule)};
  for (const std::string& formula : judgement.formulas) {
    item.sources.push_back(source_of_formula(formula));
  }
  item.because.push_back("rule " + rule.fact + ": " + item.statement);
  if (!rule.evidence.empty()) item.because.push_back(rule.evidence);
  for (const auto& [when, caution] : rule.cautions) {
    const Judgement asked = facts.judge(when);
    if (asked.truth == Truth::kTrue) {
      item.warnings.push_back(caution);
      append(item.record_used, asked.used);
      append(item.because, asked.because);
    } else if (asked.truth == Truth::kUnknown) {
      append(item.not_checked, asked.not_checked);
    }
  }
  return item;
}

}  // namespace

Topics topic_items(const Facts& facts) {
  Topics out;
  for (const Rule& rule : facts.knowledge().rules) {
    if (!is_topic(rule)) continue;
    if (!rule.request.empty() && !facts.request().also.contains(rule.request)) continue;
    const Judgement when = facts.judge(rule.when);
    if (when.truth != Truth::kTrue) continue;
    // A diagnosis that is only suspected indicates nothing.
    if (when.unconfirmed && rule.kind == "therapy") continue;
    bool excluded = false;
    std::vector<std::string> unknown;
    for (const Predicate& one : rule.excludes) {
      const Judgement judgement = facts.judge(one);
      excluded |= judgement.truth == Truth::kTrue;
      if (judgement.truth == Truth::kUnknown) append(unknown, judgement.not_checked);
    }
    if (excluded) continue;
    Item item = make_item(facts, rule, when);
    append(item.not_checked, unknown);
    if (rule.needs) {
      const Judgement needs = facts.judge(*rule.needs);
      if (needs.truth == Truth::kFalse) continue;
      append(item.because, needs.because);
      append(item.record_used, needs.used);
      if (needs.truth == Truth::kUnknown) {
        item.finding = "CONTEXT_NOT_RECORDED";
        item.action = "NAMED_AS_OPTION";
        append(item.not_checked, needs.not_checked);
        item.warnings.push_back(
            "the guideline asks for more than is on record; see what was not "
            "checked");
      }
    }
    for (const RuleOption& option : rule.options) {
      out.options.push_back({option.drug, option.dose, out.items.size()});
      item.alternatives.push_back({option.drug, "", ""});
    }
    out.uses.insert(out.uses.end(), rule.uses.begin(), rule.uses.end());
    const Item first = item;
    out.items.push_back(std::move(item));
    for (std::size_t i = 1; i < rule.about.size(); ++i) {
      out.items.push_back(first);
      out.items.back().about = rule.about[i];
    }
    for (const std::string& drug : rule.if_in_question) {
      const Medication* asked = facts.drug(drug);
      if (asked == nullptr) continue;
      out.items.push_back(first);
      Item& more = out.items.back();
      more.about = drug;
      more.drugs = {drug};
      more.standing = asked->standing;
      more.record_used.push_back(asked->used);
    }
  }
  return out;
}

std::vector<Item> variant_items(const Facts& facts) {
  std::map<std::string, Item> by_gene;  // gene and class
  for (const Facts::Carried& carried : facts.carried()) {
    if (carried.kind == nullptr) continue;
    const std::string& kind = carried.kind->kind;
    Item& item = by_gene[carried.call->gene + (kind == "pathogenic" ? "1" : kind)];
    const bool is_new = item.about.empty();
    item.because.push_back(Facts::describe(carried));
    if (!is_new) continue;
    item.kind = "finding";
    item.about = carried.call->gene;
    item.firmness = "firm";
    item.severity = kind == "pathogenic" ? "major" : "info";
    item.finding = kind == "pathogenic"  ? "PATHOGENIC"
                   : kind == "uncertain" ? "UNCERTAIN_SIGNIFICANCE"
                                         : "BENIGN";
    item.action = kind == "pathogenic" ? "INFORM" : "NO_ACTION";
    item.statement = item.about + ": " +
                     (kind == "pathogenic"
                          ? "a variant classed as pathogenic was found; it needs confirmation by "
                            "an accredited laboratory and genetic counselling."
                      : kind == "uncertain"
                          ? "a variant of uncertain significance was found; alone it leads to no "
                            "clinical action."
                          : "a variant known to be harmless was found; it leads to no action.");
    const TableVersion& version = facts.knowledge().variants_version;
    item.sources = {{.table = version.table,
                     .version = version.version,
                     .date = version.date,
                     .rule_id = kind == "uncertain" ? "ONC-VUS" : "",
                     .organisation = version.source,
                     .verified = "class as of the version; confirm against a current release"}};
  }
  std::vector<Item> out;
  for (auto& [key, item] : by_gene) out.push_back(std::move(item));
  return out;
}

std::vector<Item> gene_items(const Facts& facts, const std::vector<std::string>& drugs) {
  std::map<std::string, std::vector<std::string>> asked;  // gene: drugs
  for (const std::string& drug : drugs) {
    for (const std::string& gene : genes_for(facts, drug)) asked[gene].push_back(drug);
  }
  std::vector<Item> out;
  for (const auto& [gene, for_drugs] : asked) {
    const GeneCall* call = facts.calls().gene(gene);
    if (call != nullptr && call->firmness == Firmness::kFirm) continue;
    Item item;
    item.kind = "gene";
    item.about = gene;
    item.severity = "info";
    item.standing = Standing::kTaken;
    std::string list;
    for (const std::string& drug : for_drugs) list += (list.empty() ? "" : ", ") + drug;
    const bool none = call == nullptr || call->source == CallSource::kNone ||
                      (is_outside_only(gene) && call->firmness == Firmness::kNotDetermined);
    if (none || call->firmness == Firmness::kNotDetermined) {
      item.finding = none ? "NOT_TESTED" : "NOT_DETERMINED";
      item.action = "NOT_TESTED";
      item.firmness = "not_determined";
      item.statement = gene + (none ? " was not tested" : " could not be determined") +
                       ", which is not the same as normal; it is asked for by: " + list + ".";
      if (call != nullptr && !call->why_not.empty()) item.because.push_back(call->why_not);
      if (is_outside_only(gene)) {
        item.because.push_back(gene +
                               " cannot be told from a plain VCF: it takes an outside call; "
                               "tag variants never prove that an allele is absent");
      }
    } else {
      item.finding = "OPEN";
      item.action = "INFORM";
      item.firmness = "open";
      item.statement = Facts::describe(*call) +
                       ". No usual dose rests on an open call; it is asked for by: " + list + ".";
      append(item.because, call->to_tell_apart);
    }
    if (call != nullptr) {
      std::size_t n_others = 0;
      for (const SiteEvidence& site : call->sites) {
        if (site.state == SiteState::kRead) continue;
        if (site.alleles_left_open.empty() && call->firmness == Firmness::kOpen) {
          ++n_others;
          continue;
        }
        if (item.because.size() > 20) {
          ++n_others;
          continue;
        }
        std::string text = (site.rsid.empty() ? "" : site.rsid + " ") + "(" + site.contig + ":" +
                           std::to_string(site.position_bp) + ") " +
                           std::string(name_of(site.state)) +
                           (site.why.empty() ? "" : ", " + site.why);
        std::string open;
        for (const std::string& allele : site.alleles_left_open) {
          open += (open.empty() ? "" : ", ") + allele;
        }
        if (!open.empty()) text += "; leaves open " + open;
        item.because.push_back(std::move(text));
      }
      if (n_others > 0) {
        item.because.push_back(std::to_string(n_others) +
                               " more positions were not readable (listed in the calls)");
      }
      append(item.warnings, call->warnings);
    }
    item.sources = {source_of_calls(facts, gene)};
    item.drugs = for_drugs;
    out.push_back(std::move(item));
  }
  return out;
}

}  // namespace gcrisk::recommend
