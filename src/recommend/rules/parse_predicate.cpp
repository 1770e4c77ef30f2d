// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "parse_predicate.hpp"

#include <algorithm>

#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

namespace {

using Kind = Predicate::Kind;

[[noreturn]] void unknown_name(const LocatedJson& json,
                               const std::string& what,
                               const std::string& name,
                               const std::vector<std::string>& known) {
  const auto nearest = base::nearest_names(name, known, 3);
  json.fail("no " + what + " is called '" + name + "'",
            nearest.empty() ? "" : "did you mean " + base::join(nearest, ", ") + "?");
}

Limits parse_limits(const LocatedJson& json) {
  Limits limits;
  for (const auto& [key, value] : json.members()) {
    if (key == "min") limits.min = value.number();
    if (key == "above") limits.above = value.number();
    if (key == "max") limits.max = value.number();
    if (key == "below") limits.below = value.number();
  }
  if (!limits.min && !limits.above && !limits.max && !limits.below) {
    json.fail("no limit, expected one of: min, above, max, below");
  }
  const double low = std::max(limits.min.value_or(-1e300), limits.above.value_or(-1e300));
  const double high = std::min(limits.max.value_or(1e300), limits.below.value_or(1e300));
  if (low > high || (low == high && (limits.above || limits.below))) {
    json.fail("no number is " + limits.text());
  }
  return limits;
}

Predicate lab(const LocatedJson& json, const std::string& name, const RuleVocabulary& vocabulary) {
  const bool derived =
      name == "eGFR" || name == "creatinine clearance" || name == "body mass index";
  if (!derived && vocabulary.codes.lab(name) == nullptr) {
    std::vector<std::string> known = {"creatinine clearance"};
    for (const auto& one : vocabulary.codes.labs) known.push_back(one.name);
    unknown_name(json, "laboratory value", name, known);
  }
  Predicate out;
  out.kind = Kind::kLab;
  out.names = {name};
  out.limits = parse_limits(json);
  return out;
}

Predicate conditions(const LocatedJson& json, Kind kind, const RuleVocabulary& vocabulary) {
  Predicate out;
  out.kind = kind;
  out.names = json.texts();
  for (const std::string& name : out.names) {
    if (vocabulary.codes.condition(name) != nullptr) continue;
    std::vector<std::string> known;
    for (const auto& one : vocabulary.codes.conditions) known.push_back(one.name);
    unknown_name(json, "condition", name, known);
  }
  return out;
}

// A condition that is asked for as true or as false.
Predicate yes_or_no(const LocatedJson& json, const std::string& condition) {
  Predicate out;
  out.kind = Kind::kCondition;
  out.names = {condition};
  if (json.boolean()) return out;
  Predicate negated;
  negated.kind = Kind::kNot;
  negated.parts = {std::move(out)};
  return negated;
}

Predicate named(Kind kind, std::vector<std::string> names) {
  Predicate out;
  out.kind = kind;
  out.names = std::move(names);
  return out;
}

void check_name(const LocatedJson& json,
                const std::string& what,
                const std::string& name,
                const std::vector<std::string>& known) {
  if (known.empty() || std::find(known.begin(), known.end(), name) != known.end()) return;
  unknown_name(json, what, name, known);
}

Predicate of_gene(const LocatedJson& json, Kind kind, const RuleVocabulary& vocabulary) {
  json.allow({"gene", "is"});
  Predicate out = named(kind, json.at("is").texts());
  out.gene = json.at("gene").text();
  check_name(json.at("gene"), "gene", out.gene, vocabulary.names.genes);
  if (out.names.empty()) json.at("is").fail("an empty list, expected at least one result");
  return out;
}

Predicate list_of(const LocatedJson& json, Kind kind, const RuleVocabulary& vocabulary) {
  Predicate out;
  out.kind = kind;
  for (const LocatedJson& part : json.list())
    out.parts.push_back(parse_predicate(part, vocabulary));
  if (out.parts.empty()) json.fail("an empty list, expected at least one question");
  return out;
}

Predicate parse_one(const std::string& key,
                    const LocatedJson& value,
                    const RuleVocabulary& vocabulary) {
  if (key == "all") return list_of(value, Kind::kAll, vocabulary);
  if (key == "any") return list_of(value, Kind::kAny, vocabulary);
  if (key == "not") {
    Predicate out;
    out.kind = Kind::kNot;
    out.parts = {parse_predicate(value, vocabulary)};
    return out;
  }
  if (key == "with") return named(Kind::kWith, parse_drugs(value, vocabulary));
  if (key == "condition") return conditions(value, Kind::kCondition, vocabulary);
  if (key == "none_recorded") return conditions(value, Kind::kNoneRecorded, vocabulary);
  if (key == "pregnant") return yes_or_no(value, "pregnancy");
  if (key == "breastfeeding") return yes_or_no(value, "breastfeeding");
  if (key == "lab") {
    value.allow({"name", "min", "above", "max", "below"});
    return lab(value, value.at("name").text(), vocabulary);
  }
  const auto limits_only = [&] { value.allow({"min", "above", "max", "below"}); };
  if (key == "egfr" || key == "creatinine_clearance" || key == "bmi") {
    limits_only();
    return lab(value,
               key == "egfr"  ? "eGFR"
               : key == "bmi" ? "body mass index"
                              : "creatinine clearance",
               vocabulary);
  }
  if (key == "age") {
    limits_only();
    Predicate out;
    out.kind = Kind::kAge;
    out.limits = parse_limits(value);
    return out;
  }
  if (key == "sex") {
    if (value.text() != "female" && value.text() != "male") {
      value.fail("the sex '" + value.text() + "', expected female or male");
    }
    return named(Kind::kSex, {value.text()});
  }
  if (key == "ancestry") {
    std::vector<std::string> known;
    for (const auto& [race, ignored] : vocabulary.codes.races) known.push_back(race);
    for (const std::string& name : value.texts()) check_name(value, "ancestry", name, known);
    return named(Kind::kAncestry, value.texts());
  }
  if (key == "phenotype") return of_gene(value, Kind::kPhenotype, vocabulary);
  if (key == "diplotype") return of_gene(value, Kind::kDiplotype, vocabulary);
  if (key == "variant") {
    value.allow({"gene", "class"});
    Predicate out = named(Kind::kVariantClass, value.at("gene").texts());
    out.gene = value.at("class").text();
    if (out.gene != "pathogenic" && out.gene != "uncertain" && out.gene != "benign") {
      value.at("class").fail("the class '" + out.gene +
                             "', expected pathogenic, uncertain or benign");
    }
    return out;
  }
  if (key == "genotype") {
    value.allow({"variant", "copies"});
    Predicate out = named(Kind::kGenotype, {value.at("variant").text()});
    check_name(value.at("variant"), "variant", out.names.front(), vocabulary.names.variants);
    out.limits.min = value.has("copies") ? value.at("copies").number() : 1;
    return out;
  }
  if (key == "apoe") {
    static const std::vector<std::string> kKnown = {
        "e4", "e2/e2", "e2/e3", "e2/e4", "e3/e3", "e3/e4", "e4/e4"};
    for (const std::string& name : value.texts()) check_name(value, "APOE result", name, kKnown);
    return named(Kind::kApoe, value.texts());
  }
  if (key == "tumour") {
    for (const std::string& name : value.texts()) {
      check_name(value, "tumour finding", name, tumour_finding_names());
    }
    return named(Kind::kTumour, value.texts());
  }
  if (key == "risk") {
    value.allow({"outcome", "min", "above", "max", "below"});
    Predicate out = named(Kind::kRisk, value.at("outcome").texts());
    out.limits = parse_limits(value);
    return out;
  }
  value.fail("this line is not reached");
}

const std::vector<std::string>& keys() {
  static const std::vector<std::string> kKeys = {"all",
                                                 "any",
                                                 "not",
                                                 "with",
                                                 "condition",
                                                 "none_recorded",
                                                 "pregnant",
                                                 "breastfeeding",
                                                 "lab",
                                                 "egfr",
                                                 "creatinine_clearance",
                                                 "bmi",
                                                 "age",
                                                 "sex",
                                                 "ancestry",
                                                 "phenotype",
                                                 "diplotype",
                                                 "variant",
                                                 "genotype",
                                                 "apoe",
                                                 "tumour",
                                                 "risk"};
  return kKeys;
}

}  // namespace

std::vector<std::string> parse_drugs(const LocatedJson& json, const RuleVocabulary& vocabulary) {
  std::vector<std::string> out;
  for (const std::string& name : json.texts()) {
    if (name.starts_with('@')) {
      if (!vocabulary.drugs.is_class(name.substr(1))) {
        unknown_name(json, "class of drugs", name, vocabulary.drugs.class_names());
      }
      out.push_back(name);
      continue;
    }
    const Drug* drug = vocabulary.drugs.find(name);
    if (drug == nullptr) unknown_name(json, "drug", name, vocabulary.drugs.names());
    out.push_back(drug->name);
  }
  return out;
}

Predicate parse_predicate(const LocatedJson& json, const RuleVocabulary& vocabulary) {
  json.allow(keys());
  Predicate all;
  all.kind = Kind::kAll;
  for (const auto& [key, value] : json.members()) {
    all.parts.push_back(parse_one(key, value, vocabulary));
  }
  if (all.parts.size() == 1) return std::move(all.parts.front());
  return all;
}

}  // namespace gcrisk::recommend
