// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// What belongs to the question that is asked about a person, and what is beside it.
#include <algorithm>

#include "facts.hpp"

namespace gcrisk::recommend {

namespace {

// Every question of a kind within a tree of them.
template <typename Visit>
void each_of_kind(const Predicate& predicate, Predicate::Kind kind, const Visit& visit) {
  if (predicate.kind == kind) visit(predicate);
  for (const Predicate& part : predicate.parts) each_of_kind(part, kind, visit);
}

bool names_gene(const Rule& rule, std::string_view gene) {
  bool found = false;
  each_of_kind(rule.when, Predicate::Kind::kVariantClass, [&](const Predicate& one) {
    found |= std::find(one.names.begin(), one.names.end(), gene) != one.names.end();
  });
  for (const auto kind : {Predicate::Kind::kPhenotype, Predicate::Kind::kDiplotype}) {
    each_of_kind(rule.when, kind, [&](const Predicate& one) { found |= one.gene == gene; });
  }
  return found;
}

}  // namespace

// Does the rule, which speaks of the gene, also speak of a drug in question or of a diagnosis that
// the person or a relative has?
bool Facts::joins(const Rule& rule, std::string_view gene) const {
  if (!names_gene(rule, gene)) return false;
  const DrugTable& table = knowledge_.drugs;
  const auto in_question = [&](const std::string& name) {
    for (const Medication& one : drugs_) {
      if (one.name == name) return true;
      if (name.starts_with('@') && table.in_class(one.name, name.substr(1))) return true;
      const Drug* drug = table.find(name);
      if (drug == nullptr) continue;
      // Of one kind: a statin for a statin. Classes with a dot are what drugs do to enzymes.
      for (const std::string& kind : drug->classes) {
        if (kind.find('.') == std::string::npos && kind != "chemotherapy" &&
            kind != "myelosuppressive" && table.in_class(one.name, kind)) {
          return true;
        }
      }
    }
    return false;
  };
  if (std::any_of(rule.if_in_question.begin(), rule.if_in_question.end(), in_question)) return true;
  if (rule.kind == "pgx" && std::any_of(rule.about.begin(), rule.about.end(), in_question)) {
    return true;
  }
  for (const RuleOption& option : rule.options) {
    if (in_question(option.drug)) return true;
  }
  std::vector<std::string> diagnoses = rule.asked_with;
  if (rule.kind == "therapy") {
    each_of_kind(rule.when, Predicate::Kind::kCondition, [&](const Predicate& one) {
      append(diagnoses, one.names);
    });
  }
  return std::any_of(diagnoses.begin(), diagnoses.end(), [&](const std::string& name) {
    const ConditionState& state = record_.condition(name);
    // Not true and not false, but written: of a relative.
    const bool in_family = state.truth == Truth::kUnknown && !state.used.empty();
    return state.truth == Truth::kTrue || state.past || in_family;
  });
}

bool Facts::beside_the_question(std::string_view gene) const {
  if (!question_is_drugs_ || request_.also.contains("incidental")) return false;
  const bool pathogenic_gene = std::any_of(
      knowledge_.variants.begin(), knowledge_.variants.end(), [&](const VariantClass& one) {
        return one.gene == gene;
      });
  const bool by_result = calls_.gene(gene) != nullptr;
  if (!pathogenic_gene && !by_result) return false;
  return std::none_of(knowledge_.rules.begin(), knowledge_.rules.end(), [&](const Rule& rule) {
    return joins(rule, gene);
  });
}

}  // namespace gcrisk::recommend
