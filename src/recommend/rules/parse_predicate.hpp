// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gcrisk/recommend/rules.hpp"
#include "located_json.hpp"

namespace gcrisk::recommend {

// What names in a rule are checked against.
struct RuleVocabulary {
  const DrugTable& drugs;
  const RecordCodes& codes;
  const RuleNames& names;
};

Predicate parse_predicate(const LocatedJson& json, const RuleVocabulary& vocabulary);

// Drugs and @classes: each must be known, or the rule could never speak.
std::vector<std::string> parse_drugs(const LocatedJson& json, const RuleVocabulary& vocabulary);

}  // namespace gcrisk::recommend
