// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gcrisk/base/text.hpp"
#include "parse_predicate.hpp"

namespace gcrisk::recommend {

namespace {

constexpr std::string_view kSchema = "gcrisk-rules/1";

std::string one_of(const LocatedJson& json,
                   const std::string& what,
                   const std::vector<std::string>& known) {
  const std::string& text = json.text();
  if (std::find(known.begin(), known.end(), text) == known.end()) {
    const auto nearest = base::nearest_names(text, known, 1);
    json.fail("the " + what + " '" + text + "', expected one of: " + base::join(known, ", "),
              nearest.empty() ? "" : "did you mean " + nearest.front() + "?");
  }
  return text;
}

Citation parse_citation(const LocatedJson& rule) {
  Citation citation;
  const LocatedJson& source = rule.at("source");
  source.allow({"organisation", "first_author", "year", "pmid"});
  citation.organisation = source.text_or("organisation");
  citation.first_author = source.text_or("first_author");
  citation.pmid = source.text_or("pmid");
  if (const LocatedJson* year = source.find("year")) {
    citation.year = year->kind() == LocatedJson::Kind::kNumber ? base::format_number(year->number())
                                                               : year->text();
  }
  if (citation.organisation.empty() && citation.pmid.empty()) {
    source.fail("neither organisation nor pmid: a rule without a source is not taken");
  }
  const LocatedJson& verified = rule.at("verified");
  citation.verified = verified.kind() == LocatedJson::Kind::kBoolean
                          ? (verified.boolean() ? "true" : "false")
                          : verified.text();
  return citation;
}

std::vector<RuleOption> parse_options(const LocatedJson& rule, const RuleVocabulary& vocabulary) {
  std::vector<RuleOption> out;
  const LocatedJson* options = rule.find("options");
  if (options == nullptr) return out;
  for (const LocatedJson& one : options->list()) {
    one.allow({"drug", "dose"});
    out.push_back({parse_drugs(one.at("drug"), vocabulary).front(), one.text_or("dose")});
  }
  return out;
}

Rule parse_rule(const LocatedJson& json, const RuleVocabulary& vocabulary) {
  json.allow({"id",         "fact",     "kind",     "about",     "if_in_question", "when",
              "needs",      "excludes", "finding",  "action",    "severity",       "statement",
              "options",    "uses",     "cautions", "start_pct", "maint_pct",      "strength",
              "population", "evidence", "request",  "source",    "verified",       "asked_with"});
  Rule rule;
  rule.place = json.place();
  rule.id = json.at("id").text();
  if (rule.id.empty()) json.at("id").fail("an empty identifier");
  rule.fact = json.text_or("fact", rule.id);
  rule.kind = one_of(json.at("kind"),
                     "kind",
                     {"interaction", "pgx", "therapy", "screening", "finding", "lifestyle"});
  const LocatedJson& about = json.at("about");
  rule.about = rule.kind == "interaction" || rule.kind == "pgx" ? parse_drugs(about, vocabulary)
                                                                : about.texts();
  if (rule.about.empty()) about.fail("an empty list, expected what the rule is about");
  if (const LocatedJson* more = json.find("if_in_question")) {
    rule.if_in_question = parse_drugs(*more, vocabulary);
  }
  rule.when = parse_predicate(json.at("when"), vocabulary);
  if (const LocatedJson* needs = json.find("needs")) {
    rule.needs = parse_predicate(*needs, vocabulary);
  }
  if (const LocatedJson* excludes = json.find("excludes")) {
    for (const LocatedJson& one : excludes->list()) {
      rule.excludes.push_back(parse_predicate(one, vocabulary));
    }
  }
  rule.action = one_of(json.at("action"), "action", action_codes());
  rule.finding = json.text_or("finding", rule.action);
  rule.severity = json.has("severity") ? one_of(json.at("severity"),
                                                "severity",
                                                {"contraindicated", "major", "moderate", "info"})
                                       : "info";
  rule.statement = json.at("statement").text();
  if (rule.statement.empty()) json.at("statement").fail("an empty sentence");
  rule.options = parse_options(json, vocabulary);
  if (const LocatedJson* uses = json.find("uses")) rule.uses = parse_drugs(*uses, vocabulary);
  if (const LocatedJson* cautions = json.find("cautions")) {
    for (const LocatedJson& one : cautions->list()) {
      one.allow({"when", "statement"});
      rule.cautions.emplace_back(parse_predicate(one.at("when"), vocabulary),
                                 one.at("statement").text());
    }
  }
  rule.start_pct = json.text_or("start_pct");
  rule.maint_pct = json.text_or("maint_pct");
  rule.strength = json.text_or("strength");
  rule.population = json.text_or("population");
  rule.evidence = json.text_or("evidence");
  rule.request = json.text_or("request");
  rule.source = parse_citation(json);
  rule.asked_with = json.texts_or_none("asked_with");
  for (const std::string& name : rule.asked_with) {
    if (vocabulary.codes.condition(name) == nullptr) {
      json.at("asked_with").fail("no condition is called '" + name + "'");
    }
  }
  return rule;
}

}  // namespace

RuleFile parse_rules(std::string_view text,
                     const std::string& name,
                     DrugTable& drugs,
                     const RecordCodes& codes,
                     RuleNames& names) {
  const LocatedJson json = LocatedJson::parse(text, name);
  json.allow({"schema",
              "name",
              "version",
              "date",
              "source",
              "licence",
              "sha256_of_source",
              "drugs",
              "rules"});
  if (json.at("schema").text() != kSchema) {
    json.at("schema").fail("the schema '" + json.at("schema").text() + "', expected " +
                           std::string(kSchema));
  }
  RuleFile file;
  file.name = json.at("name").text();
  file.version = {.table = name.substr(name.rfind('/') + 1),
                  .source = json.text_or("source"),
                  .version = json.text_or("version"),
                  .date = json.at("date").text(),
                  .licence = json.text_or("licence"),
                  .made_from = "",
                  .sha256 = json.text_or("sha256_of_source")};
  if (!Date::parse(file.version.date)) {
    json.at("date").fail("'" + file.version.date + "' is no date, expected YYYY-MM-DD");
  }
  if (const LocatedJson* own = json.find("drugs")) {
    for (const LocatedJson& one : own->list()) {
      one.allow({"name", "rxnorm", "atc", "synonyms", "classes"});
      drugs.add({base::to_lower(one.at("name").text()),
                 one.text_or("rxnorm"),
                 one.text_or("atc"),
                 one.texts_or_none("classes")},
                one.texts_or_none("synonyms"),
                one.place());
    }
  }
  const RuleVocabulary vocabulary{drugs, codes, names};
  for (const LocatedJson& one : json.at("rules").list()) {
    Rule rule = parse_rule(one, vocabulary);
    if (std::find(names.ids.begin(), names.ids.end(), rule.id) != names.ids.end()) {
      one.at("id").fail("the identifier " + rule.id + " is taken by another rule");
    }
    names.ids.push_back(rule.id);
    rule.table = file.version;
    file.rules.push_back(std::move(rule));
  }
  return file;
}

}  // namespace gcrisk::recommend
