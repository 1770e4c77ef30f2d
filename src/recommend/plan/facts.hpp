// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/recommend/plan.hpp"

namespace gcrisk::recommend {

// What a question about the person was answered with, and why.
struct Judgement {
  Truth truth = Truth::kFalse;
  bool open = false;         // rests on a call that is open
  bool unconfirmed = false;  // rests on a diagnosis that is not confirmed
  std::vector<std::string> because;
  std::vector<RecordUse> used;
  std::vector<std::string> not_checked;  // of kUnknown: what was not recorded
  std::vector<std::string> formulas;     // that values were computed by: "ckd_epi_2021"
  std::vector<std::string> with;         // drugs that matched
  std::vector<std::string> with_class;   // what each of them is: "a strong CYP3A inhibitor"
};

// Everything that is known about one person, to be asked by predicates.
class Facts {
 public:
  struct Carried {
    const VariantCall* call;
    const VariantClass* kind;  // null: no class is known
  };

  Facts(const Knowledge& knowledge,
        const PersonCalls& calls,
        const Record& record,
        const PlanRequest& request);

  // `about`: the drug that the rule is about, which is not "another drug"; empty: none.
  Judgement judge(const Predicate& predicate, std::string_view about = {}) const;

  const Knowledge& knowledge() const noexcept { return knowledge_; }
  const PersonCalls& calls() const noexcept { return calls_; }
  const Record& record() const noexcept { return record_; }
  const PlanRequest& request() const noexcept { return request_; }
  // Taken, planned and asked drugs, by name.
  const std::vector<Medication>& drugs() const noexcept { return drugs_; }
  const Medication* drug(std::string_view name) const;
  const std::vector<std::string>& not_understood() const noexcept { return not_understood_; }
  // Of those that bear on the question: see `beside_the_question`.
  const std::vector<Carried>& carried() const noexcept { return carried_; }
  // Where drugs are planned or asked about, they are the question: a finding in a gene that no rule
  // joins with them, with a diagnosis on record or with the family is beside it, and is not shown
  // unless it is asked for (--also incidental).
  bool beside_the_question(std::string_view gene) const;
  bool question_is_drugs() const noexcept { return question_is_drugs_; }

  // "CYP2C19 *2/*3: Poor Metabolizer" with what was missing.
  static std::string describe(const GeneCall& call);
  // "BRCA2 c.2808_2811del (p.…), one copy (chr13:32337160 TAAAC/T), pathogenic".
  static std::string describe(const Carried& carried);

 private:
  Judgement judge_with(const Predicate& predicate, std::string_view about) const;
  Judgement judge_condition(const Predicate& predicate) const;
  Judgement judge_lab(const Predicate& predicate) const;
  Judgement judge_gene(const Predicate& predicate, bool for_topic) const;
  bool joins(const Rule& rule, std::string_view gene) const;
  Judgement judge_variant(const Predicate& predicate) const;
  Judgement judge_apoe(const Predicate& predicate) const;
  Judgement judge_tumour(const Predicate& predicate) const;
  Judgement judge_risk(const Predicate& predicate) const;

  const Knowledge& knowledge_;
  const PersonCalls& calls_;
  const Record& record_;
  const PlanRequest& request_;
  std::vector<Medication> drugs_;
  std::vector<std::string> not_understood_;
  bool question_is_drugs_ = false;
  std::vector<Carried> carried_;  // variants that were read and are there
};

template <typename T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}
// Each text once, the order kept.
void once(std::vector<std::string>& texts);
void once(std::vector<RecordUse>& used);

}  // namespace gcrisk::recommend
