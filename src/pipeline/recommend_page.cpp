// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "recommend_page.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "gcrisk/base/text.hpp"
#include "gcrisk/recommend/output.hpp"
#include "gcrisk/report/page.hpp"

namespace gcrisk::pipeline {

namespace {

using recommend::Item;
using recommend::Plan;

constexpr std::size_t kMostReasons = 4;  // on the page; all of them are in plan.json
constexpr std::size_t kMostAdvice = 12;

std::string words(std::string code) {
  std::replace(code.begin(), code.end(), '_', ' ');
  return base::to_lower(code);
}

std::string shortened(const std::vector<std::string>& texts) {
  std::vector<std::string> first(
      texts.begin(),
      texts.begin() + static_cast<std::ptrdiff_t>(std::min(texts.size(), kMostReasons)));
  std::string out = base::join(first, "; ");
  if (texts.size() > kMostReasons) {
    out += "; " + std::to_string(texts.size() - kMostReasons) + " more in plan.json";
  }
  return out;
}

// The same as sentences, to stand behind another one.
std::string sentences(const std::vector<std::string>& texts) {
  std::string out;
  for (std::string text : texts) {
    while (text.ends_with('.')) text.pop_back();
    if (text.empty()) continue;
    if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    out += " " + text + ".";
  }
  return out;
}

// Everything that is said in one sentence of its own is left out of the lines of another.
report::Page::Advice advice_of(const Item& item, const std::set<std::string>& populations) {
  report::Page::Advice out;
  out.light = recommend::light_of(item.action);
  out.title = item.about;
  out.verdict = words(item.action);
  out.text = item.statement;
  if (!populations.empty()) {
    const std::vector<std::string> list(populations.begin(), populations.end());
    out.lines.emplace_back("For", base::join(list, "; "));
  }
  std::vector<std::string> because = item.because;
  std::erase_if(because, [](const std::string& text) {
    return text.starts_with("rule ") || text.starts_with("recommendation ");
  });
  if (!because.empty()) out.lines.emplace_back("Why", shortened(because));
  std::vector<std::string> cautions = item.warnings;
  std::erase_if(cautions, [](const std::string& text) {
    const std::string_view code = std::string_view(text).substr(0, text.find(": "));
    const auto& codes = recommend::action_codes();
    return std::find(codes.begin(), codes.end(), code) != codes.end();
  });
  if (!cautions.empty()) out.lines.emplace_back("Caution", shortened(cautions));
  std::vector<std::string> others;
  for (const auto& one : item.alternatives) {
    others.push_back(one.name + (one.status.empty() ? "" : " (" + one.status + ")"));
  }
  if (!others.empty()) out.lines.emplace_back("Options", base::join(others, ", "));
  if (!item.not_checked.empty()) {
    out.lines.emplace_back("Not recorded", shortened(item.not_checked));
  }
  if (!item.sources.empty()) {
    out.lines.emplace_back(
        "Source", recommend::source_text(item.sources.front()) + "; call: " + item.firmness);
  }
  return out;
}

bool is_topic(const Item& item) {
  return item.kind == "screening" || item.kind == "lifestyle" || item.kind == "finding" ||
         item.kind == "therapy";
}

// One row a drug: the most severe of all that is said about it.
void add_glance(report::Page& page, const Plan& plan) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::pair<std::size_t, std::size_t>> order;
  for (const auto& drug : plan.drugs) {
    std::string text;
    std::size_t n = 0;
    std::size_t first = plan.items.size();
    for (std::size_t i = 0; i < plan.items.size(); ++i) {
      const Item& item = plan.items[i];
      const bool its =
          item.kind != "gene" &&
          std::find(item.drugs.begin(), item.drugs.end(), drug.name) != item.drugs.end();
      if (!its) continue;
      if (item.action == drug.action && text.empty()) {
        text = item.statement;
        first = i;
      }
      ++n;
    }
    if (text.empty()) text = "Nothing in the tables speaks against it or for another dose.";
    if (n > 1) text += " (" + std::to_string(n - 1) + " more below)";
    order.emplace_back(first, rows.size());
    rows.push_back({drug.name,
                    std::string(recommend::name_of(drug.standing)),
                    drug.light + ": " + words(drug.action),
                    text});
  }
  if (rows.empty()) return;
  std::sort(order.begin(), order.end());
  std::vector<std::vector<std::string>> sorted;
  sorted.reserve(order.size());
  for (const auto& [rank, row] : order) sorted.push_back(rows[row]);
  page.section("At a glance", "One line a drug, the most severe first; the reasons are below.");
  page.table({.caption = "The drugs in question",
              .header = {"drug", "now", "advice", "in words"},
              .rows = sorted,
              .numeric = {false, false, false, false}});
}

// Statements that differ in the population alone are one.
struct Card {
  const Item* item;
  std::set<std::string> populations;
};

// Cards in the order of their drugs' most severe one.
std::vector<Card> cards_of(const Plan& plan) {
  std::vector<std::pair<std::string, std::vector<Card>>> by_drug;
  for (const Item& item : plan.items) {
    if (item.kind == "gene" || (is_topic(item) && item.kind != "therapy")) continue;
    const std::string& drug = item.drugs.empty() ? item.about : item.drugs.front();
    auto group = std::find_if(
        by_drug.begin(), by_drug.end(), [&](const auto& one) { return one.first == drug; });
    if (group == by_drug.end()) group = by_drug.insert(group, {drug, std::vector<Card>()});
    auto same = std::find_if(group->second.begin(), group->second.end(), [&](const Card& one) {
      return one.item->about == item.about && one.item->statement == item.statement &&
             one.item->action == item.action;
    });
    if (same == group->second.end()) same = group->second.insert(same, Card{&item, {}});
    if (!item.population.empty() && item.population != "general") {
      same->populations.insert(item.population);
    }
  }
  std::vector<Card> out;
  for (auto& [drug, cards] : by_drug) {
    for (Card& card : cards) out.push_back(std::move(card));
  }
  return out;
}

void add_advice(report::Page& page, const Plan& plan) {
  add_glance(page, plan);
  std::vector<report::Page::Advice> first;
  std::vector<std::vector<std::string>> rest;
  for (const Card& card : cards_of(plan)) {
    const std::string_view light = recommend::light_of(card.item->action);
    const bool acts = light == "red" || light == "amber";
    if (first.size() < kMostAdvice && (acts || first.size() < kMostAdvice / 2)) {
      first.push_back(advice_of(*card.item, card.populations));
    } else {
      rest.push_back(
          {card.item->about, std::string(light), words(card.item->action), card.item->statement});
    }
  }
  page.section("Drugs",
               first.empty() ? "No drug is on record and none was asked about."
                             : "Drug by drug. The light is a summary; the reasons decide.");
  if (!first.empty()) page.advice(first);
  if (!rest.empty()) {
    page.folded_table("Further advice (" + std::to_string(rest.size()) + ")",
                      {.caption = "Further advice",
                       .header = {"about", "light", "advice", "in words"},
                       .rows = rest,
                       .numeric = {false, false, false, false}});
  }
}

void add_topics(report::Page& page, const Plan& plan) {
  std::vector<std::vector<std::string>> rows;
  for (const Item& item : plan.items) {
    if (!is_topic(item) || item.kind == "therapy") continue;
    const std::string text = item.statement + sentences(item.warnings);
    rows.push_back({item.about,
                    words(item.finding),
                    words(item.action),
                    text,
                    item.sources.empty() ? "" : recommend::source_text(item.sources.front())});
  }
  if (rows.empty()) return;
  page.section("Findings, screening and way of life");
  page.table({.caption = "What follows from variants and record",
              .header = {"topic", "finding", "advice", "in words", "source"},
              .rows = rows,
              .numeric = {false, false, false, false, false}});
}

std::vector<std::string> gene_row(const recommend::GeneCall& call, const Plan& plan) {
  std::vector<std::string> phenotypes;
  for (const auto& outcome : call.outcomes) {
    std::string one = outcome.phenotype;
    if (!outcome.activity_score.empty()) one += " (score " + outcome.activity_score + ")";
    if (!one.empty()) phenotypes.push_back(one);
  }
  std::string phenotype = base::join(phenotypes, " or ");
  for (const auto& one : plan.effective) {
    if (one.gene == call.gene) {
      phenotype += "; under present drugs: " + one.phenotype + " (score " + one.score + ")";
    }
  }
  const std::size_t n = call.n_missing();
  return {call.gene,
          call.diplotypes_text(),
          phenotype.empty() ? "none" : phenotype,
          words(std::string(recommend::name_of(call.firmness))),
          n == 0 ? "all read" : std::to_string(n) + " of " + std::to_string(call.sites.size())};
}

void add_genes(report::Page& page, const Plan& plan) {
  std::set<std::string> asked;
  for (const Item& item : plan.items) {
    if (item.kind == "gene") asked.insert(item.about);
    for (const auto& source : item.sources) {
      const auto gap = source.organisation.find(" allele and phenotype tables");
      if (gap != std::string::npos) asked.insert(source.organisation.substr(0, gap));
    }
  }
  std::vector<std::vector<std::string>> first;
  std::vector<std::vector<std::string>> rest;
  for (const auto& call : plan.calls->genes) {
    (asked.contains(call->gene) ? first : rest).push_back(gene_row(*call, plan));
  }
  page.section("Genes", "A position that was not read is never taken for normal.");
  const std::vector<std::string> header = {"gene", "diplotype", "phenotype", "call", "not read"};
  const std::vector<bool> plain(5, false);
  if (!first.empty()) {
    page.table({.caption = "Genes that the drugs ask for",
                .header = header,
                .rows = first,
                .numeric = plain});
  }
  if (!rest.empty()) {
    page.folded_table("Other genes (" + std::to_string(rest.size()) + ")",
                      {.caption = "Other genes", .header = header, .rows = rest, .numeric = plain});
  }
}

void add_risks(report::Page& page, const Plan& plan) {
  if (plan.risks.empty()) return;
  page.section("Risk by model", "A model's estimate; it changes no pharmacogenomic advice above.");
  for (const auto& risk : plan.risks) {
    std::vector<report::Page::Figure> figures;
    if (risk.has_risk) {
      figures.push_back({"risk of " + risk.outcome,
                         base::format_number(risk.risk, 3),
                         risk.has_interval ? base::format_number(risk.low, 3) + " to " +
                                                 base::format_number(risk.high, 3) + " (" +
                                                 risk.interval_from + ")"
                                           : "no interval: " + risk.interval_from});
    }
    if (risk.has_risk && risk.of_survival) {
      figures.push_back(
          {"without " + risk.outcome, base::format_number(1 - risk.risk, 3), risk.horizon});
    }
    figures.push_back({"score of " + risk.outcome,
                       base::format_number(risk.score, 4),
                       risk.horizon.empty() ? "no horizon is stated by the model" : risk.horizon});
    if (risk.has_group) {
      figures.push_back({"people like this in the model's own data",
                         base::format_number(risk.group_observed, 3),
                         risk.group + ", " + base::format_number(risk.group_n) + " people"});
    }
    page.key_figures(figures);
    for (const std::string& warning : risk.warnings) {
      page.note(report::NoteKind::kWarning, warning);
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto& one : risk.contributions) {
      rows.push_back({one.feature,
                      one.value,
                      base::format_number(one.contribution, 3),
                      !one.modifiable         ? "no"
                      : one.direction.empty() ? "yes"
                                              : "yes: " + one.direction});
    }
    if (!rows.empty()) {
      page.table({.caption = "What the score of " + risk.outcome + " rests on",
                  .header = {"feature", "value", "contribution", "can be changed"},
                  .rows = rows,
                  .numeric = {false, false, true, false}});
    }
  }
}

// The date of a table: a reader must see how old the advice is.
std::string date_of(const Plan& plan, const std::string& name) {
  for (const auto& table : plan.tables) {
    if (table.table == name) return "of " + table.date;
  }
  return "not stated";
}

}  // namespace

std::string plan_page(const Plan& plan, const std::string& made_by) {
  report::Page page("Plan for " + plan.calls->sample_id,
                    "Genes, drugs, record and risk: what guidelines say. A clinician decides; no "
                    "medication is to be changed on this page alone.");
  page.badge("research use only");
  if (!plan.watermark.empty()) page.badge(plan.watermark);
  page.fact("person", plan.calls->sample_id);
  page.fact("genome build", plan.calls->build);
  if (!plan.record.index_date.empty()) page.fact("index date", plan.record.index_date);
  page.fact("sex", plan.record.sex.empty() ? "not recorded" : plan.record.sex);
  page.fact("age", plan.record.age ? std::to_string(*plan.record.age) : "not recorded");
  page.fact("record", plan.record.given ? plan.record.id : "none given");
  page.fact("alleles", date_of(plan, "alleles.tsv"));
  page.fact("guidelines", date_of(plan, "guidelines.tsv"));
  add_advice(page, plan);
  add_risks(page, plan);
  add_topics(page, plan);
  add_genes(page, plan);
  page.section("What was not tested or not recorded",
               "Not tested is not normal, not recorded is not absent.");
  std::map<std::string, std::vector<std::string>> genes;  // by reason
  for (const std::string& text : plan.not_tested) {
    const auto colon = text.find(": ");
    genes[text.substr(colon + 2)].push_back(text.substr(0, colon));
  }
  std::vector<std::string> missing;
  missing.reserve(missing.size() + genes.size());
  for (const auto& [why, names] : genes) missing.push_back(base::join(names, ", ") + ": " + why);
  for (const std::string& drug : plan.not_understood) {
    missing.push_back("drug not understood: " + drug + "; nothing is said about it");
  }
  missing.insert(missing.end(), plan.notices.begin(), plan.notices.end());
  page.list(missing);
  if (!plan.record.left_out.empty()) {
    std::vector<std::vector<std::string>> rows;
    for (const std::string& text : plan.record.left_out) rows.push_back({text});
    page.folded_table(
        "Entries of the record that do not count (" + std::to_string(rows.size()) + ")",
        {.caption = "Entries that do not count, and why",
         .header = {"entry"},
         .rows = rows,
         .numeric = {false}});
  }
  std::vector<std::vector<std::string>> tables;
  for (const auto& table : plan.tables) {
    tables.push_back({table.table, table.date, table.source, table.licence});
  }
  page.folded_table("Tables that this rests on",
                    {.caption = "Tables, their dates and licences",
                     .header = {"table", "date", "source", "licence"},
                     .rows = tables,
                     .numeric = {false, false, false, false}});
  page.made_by(made_by);
  return page.html();
}

}  // namespace gcrisk::pipeline
