// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/recommend/drugs.hpp"
#include "gcrisk/recommend/record.hpp"

// Rules as data: if these facts hold, then this is what a guideline says. The file's schema is
// documented in docs/recommend.md; users add files of their own with --rules.
namespace gcrisk::recommend {

struct Limits {
  std::optional<double> min;    // at least
  std::optional<double> above;  // more than
  std::optional<double> max;    // at most
  std::optional<double> below;  // less than

  bool hold(double value) const;
  std::string text() const;  // "below 30", "above 30, at most 50"
};

// One question about a person; `when` of a rule is a tree of them.
struct Predicate {
  enum class Kind {
    kAll,           // parts
    kAny,           // parts
    kNot,           // one part
    kWith,          // another drug on the list: names, or classes with @
    kCondition,     // any of names is present (or past, where that is what counts)
    kNoneRecorded,  // none of names has an entry that says it is or was so
    kLab,           // names[0] within limits
    kAge,           // years within limits
    kSex,           // names[0]
    kAncestry,      // as stated by the person: any of names
    kPhenotype,     // gene; names are phenotypes or scores
    kDiplotype,     // gene; names are pairs
    kVariantClass,  // a variant of this class in any of names is carried; `gene` is the class
    kGenotype,      // names[0] is a variant, at least limits.min copies
    kApoe,          // any of names: "e4" (carried) or "e2/e2" (the genotype)
    kTumour,        // any of names was found in the tumour
    kRisk,          // risk of the outcome names[0] by a model within limits
  };
  Kind kind = Kind::kAll;
  std::vector<Predicate> parts;
  std::vector<std::string> names;
  std::string gene;
  Limits limits;
};

// Where a statement comes from.
struct Citation {
  std::string organisation;  // "CPIC", "US product label", "NCCN"
  std::string first_author;
  std::string year;
  std::string pmid;
  std::string verified;  // "true", "false", or what was seen
};

struct RuleOption {
  std::string drug;
  std::string dose;  // label dosage in words; empty: none stated
};

struct Rule {
  std::string id;
  std::string fact;  // identifier of the fact in the source, where several rules state one
  // interaction: about a drug and the record; pgx: about a drug and genes (both only for drugs in
  // question); therapy, screening, finding, lifestyle: whenever the facts hold.
  std::string kind;
  std::vector<std::string> about;           // drugs, "@class", genes or examinations
  std::vector<std::string> if_in_question;  // also about these drugs where they are in question
  Predicate when;
  // Context that the guideline asks for: known and true, the option stands; not known, it is named
  // with what is missing; known and false, the rule does not hold.
  std::optional<Predicate> needs;
  std::vector<Predicate> excludes;  // any known to be true: the rule does not hold
  std::string finding;
  std::string action;
  std::string severity;             // contraindicated, major, moderate, info
  std::string statement;            // {drug} {with} {class} stand for what was found
  std::vector<RuleOption> options;  // drugs that the rule names
  std::vector<std::string> uses;    // substances that the examination needs
  std::vector<std::pair<Predicate, std::string>> cautions;
  std::string start_pct;  // dose, in percent of the usual one
  std::string maint_pct;
  std::string strength;
  std::string population;
  std::string evidence;
  std::string request;                  // shown only when asked for: "apoe", "incidental"
  std::vector<std::string> asked_with;  // conditions that put the finding into the question
  Citation source;
  TableVersion table;
  std::string place;  // file:line
};

struct RuleFile {
  std::string name;
  TableVersion version;
  std::vector<Rule> rules;
};

// What rules may name beside drugs and the record's codes. Empty lists are not checked.
struct RuleNames {
  std::vector<std::string> genes;
  std::vector<std::string> variants;  // identifiers and rsIDs
  std::vector<std::string> ids;       // of rules read so far
};

// Reads and checks one file; drugs that it declares are added to `drugs`. Errors: MalformedError
// with file:line for anything that is not of the schema: unknown keys, drugs, classes, conditions,
// laboratory values, genes, variants, codes of actions, limits that no number meets, an identifier
// used twice
// (`names.ids` grows by the file's).
RuleFile parse_rules(std::string_view text,
                     const std::string& name,
                     DrugTable& drugs,
                     const RecordCodes& codes,
                     RuleNames& names);

// Codes that `action` may have, most severe first: the order of ranking.
const std::vector<std::string>& action_codes();
// "red", "amber", "green", "grey": the light that an action has on the page.
std::string_view light_of(std::string_view action);
// STANDARD and its kin: nothing is to be changed.
bool is_standard(std::string_view action);
// 0 (most severe) … ; an unknown code ranks last.
std::size_t severity_rank(std::string_view action);

}  // namespace gcrisk::recommend
