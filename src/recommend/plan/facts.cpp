// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "facts.hpp"

#include <algorithm>

#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

namespace {

std::string dated(const RecordUse& use) {
  return use.text + (use.date.empty() ? "" : " (" + use.date + ")");
}

}  // namespace

void once(std::vector<std::string>& texts) {
  std::set<std::string> seen;
  std::erase_if(texts, [&](const std::string& text) { return !seen.insert(text).second; });
}

void once(std::vector<RecordUse>& used) {
  std::set<std::string> seen;
  std::erase_if(used, [&](const RecordUse& use) {
    return !seen.insert(use.resource + '\t' + use.text).second;
  });
}

Facts::Facts(const Knowledge& knowledge,
             const PersonCalls& calls,
             const Record& record,
             const PlanRequest& request)
    : knowledge_(knowledge),
      calls_(calls),
      record_(record),
      request_(request),
      drugs_(record.medications),
      not_understood_(record.not_understood) {
  for (const std::string& name : request.drugs) {
    const auto understood = knowledge.drugs.understand({}, name);
    if (understood.names.empty()) {
      not_understood_.push_back(name + " (--drugs)");
      continue;
    }
    for (const std::string& drug : understood.names) {
      const auto same = std::find_if(
          drugs_.begin(), drugs_.end(), [&](const auto& one) { return one.name == drug; });
      if (same != drugs_.end()) {
        same->again |= same->standing == Standing::kTaken;
        question_is_drugs_ = true;
        continue;
      }
      drugs_.push_back({drug, Standing::kAsked, std::nullopt, {"--drugs", "", drug}, ""});
    }
  }
  std::sort(
      drugs_.begin(), drugs_.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  for (const Medication& one : drugs_) {
    question_is_drugs_ |= one.again || one.standing != Standing::kTaken;
  }
  if (calls.variants == nullptr) return;
  for (const VariantCall& call : *calls.variants) {
    if (!call.read() || call.copies < 1 || beside_the_question(call.gene)) continue;
    carried_.push_back({&call, knowledge.variant(call.gene, call.rsid, call.name)});
  }
}

std::string Facts::describe(const Carried& carried) {
  const VariantCall& call = *carried.call;
  const VariantClass* kind = carried.kind;
  std::string text = call.gene + " " + call.name;
  if (kind != nullptr && !kind->protein.empty() && kind->protein != call.name) {
    text += " (" + kind->protein + ")";
  }
  text += call.strands == 1 ? ", one strand" : call.copies == 2 ? ", two copies" : ", one copy";
  text += " (" + call.contig + ":" + std::to_string(call.position_bp) + " " + call.genotype + ")";
  if (kind != nullptr) text += ", " + kind->kind + (kind->note.empty() ? "" : ", " + kind->note);
  return text;
}

const Medication* Facts::drug(std::string_view name) const {
  for (const Medication& one : drugs_) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

std::string Facts::describe(const GeneCall& call) {
  std::string text = call.gene + " " + call.diplotypes_text();
  if (call.firmness == Firmness::kNotDetermined) {
    return call.gene + " not determined" + (call.why_not.empty() ? "" : ": " + call.why_not);
  }
  if (!call.components.empty()) text += " (" + base::join(call.components, ", ") + ")";
  // The functions that the phenotype follows from.
  const Diplotype* pair = call.decision                 ? &*call.decision
                          : call.diplotypes.size() == 1 ? &call.diplotypes.front()
                                                        : nullptr;
  if (pair != nullptr && !pair->function_first.empty()) {
    text += " (" + pair->function_first +
            (pair->function_second.empty() ? "" : ", " + pair->function_second) + ")";
  }
  std::vector<std::string> phenotypes;
  for (const Outcome& outcome : call.outcomes) {
    std::string one = outcome.phenotype;
    if (!outcome.activity_score.empty()) one += " (activity score " + outcome.activity_score + ")";
    if (!one.empty()) phenotypes.push_back(one);
  }
  if (!phenotypes.empty()) text += ": " + base::join(phenotypes, " or ");
  if (call.source == CallSource::kOutside) text += ", by an outside call";
  if (call.firmness == Firmness::kOpen) text += ", open";
  return text;
}

Judgement Facts::judge(const Predicate& predicate, std::string_view about) const {
  using enum Predicate::Kind;
  switch (predicate.kind) {
    case kAll:
    case kAny: {
      const bool all = predicate.kind == kAll;
      Judgement yes{.truth = Truth::kTrue};
      Judgement unknown{.truth = Truth::kUnknown};
      std::size_t n_yes = 0;
      bool any_unknown = false;
      for (const Predicate& part : predicate.parts) {
        Judgement one = judge(part, about);
        if (all && one.truth == Truth::kFalse) return {};
        Judgement& into = one.truth == Truth::kUnknown ? unknown : yes;
        if (one.truth == Truth::kFalse) continue;
        n_yes += one.truth == Truth::kTrue;
        any_unknown |= one.truth == Truth::kUnknown;
        into.open |= one.open;
        into.unconfirmed |= one.unconfirmed;
        append(into.because, one.because);
        append(into.used, one.used);
        append(into.not_checked, one.not_checked);
        append(into.formulas, one.formulas);
        append(into.with, one.with);
        append(into.with_class, one.with_class);
      }
      if (all) {
        if (!any_unknown) return yes;
        append(yes.not_checked, unknown.not_checked);
        yes.truth = Truth::kUnknown;
        return yes;
      }
      if (n_yes > 0) return yes;
      return any_unknown ? unknown : Judgement{};
    }
    case kNot: {
      Judgement one = judge(predicate.parts.front(), about);
      if (one.truth == Truth::kUnknown) return one;
      Judgement flipped;
      flipped.truth = one.truth == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
      return flipped;
    }
    case kWith: return judge_with(predicate, about);
    case kCondition: return judge_condition(predicate);
    case kNoneRecorded: {
      for (const std::string& name : predicate.names) {
        const ConditionState& state = record_.condition(name);
        if (state.truth == Truth::kTrue || state.past) return {};
      }
      return {.truth = Truth::kTrue,
              .because = {"on record: none of " + base::join(predicate.names, ", ")}};
    }
    case kLab: return judge_lab(predicate);
    case kAge: {
      if (!record_.age) return {.truth = Truth::kUnknown, .not_checked = {"age: not recorded"}};
      if (!predicate.limits.hold(*record_.age)) return {};
      return {.truth = Truth::kTrue,
              .because = {"age " + std::to_string(*record_.age)},
              .used = {{"Patient/" + record_.id, "", "age " + std::to_string(*record_.age)}}};
    }
    case kSex: {
      if (record_.sex.empty()) {
        return {.truth = Truth::kUnknown, .not_checked = {"sex: not recorded"}};
      }
      if (record_.sex != predicate.names.front()) return {};
      return {.truth = Truth::kTrue, .because = {"sex " + record_.sex}};
    }
    case kAncestry: {
      if (record_.ancestry.empty()) {
        return {.truth = Truth::kUnknown, .not_checked = {"ancestry: not recorded"}};
      }
      const bool holds =
          std::find(predicate.names.begin(), predicate.names.end(), record_.ancestry) !=
          predicate.names.end();
      if (!holds) return {};
      return {.truth = Truth::kTrue, .because = {"ancestry as stated: " + record_.ancestry}};
    }
    case kPhenotype:
    case kDiplotype: return judge_gene(predicate, about.empty());
    case kVariantClass:
    case kGenotype: return judge_variant(predicate);
    case kApoe: return judge_apoe(predicate);
    case kTumour: return judge_tumour(predicate);
    case kRisk: return judge_risk(predicate);
  }
  return {};
}

Judgement Facts::judge_with(const Predicate& predicate, std::string_view about) const {
  Judgement out;
  for (const Medication& other : drugs_) {
    if (other.name == about) continue;
    for (const std::string& name : predicate.names) {
      const bool by_class = name.starts_with('@');
      const bool hit =
          by_class ? knowledge_.drugs.in_class(other.name, name.substr(1)) : other.name == name;
      if (!hit) continue;
      out.truth = Truth::kTrue;
      out.with.push_back(other.name);
      out.with_class.push_back(by_class ? describe_class(name.substr(1)) : "");
      out.because.push_back(other.name + (by_class ? " is " + describe_class(name.substr(1)) : "") +
                            ", " + std::string(name_of(other.standing)));
      out.used.push_back(other.used);
      break;
    }
  }
  if (out.truth == Truth::kFalse && !record_.has_medication_list) {
    out.truth = Truth::kUnknown;
    out.not_checked = {"other drugs: no medication list on record"};
  }
  return out;
}

Judgement Facts::judge_condition(const Predicate& predicate) const {
  Judgement out;
  Judgement unknown{.truth = Truth::kUnknown};
  for (const std::string& name : predicate.names) {
    const ConditionState& state = record_.condition(name);
    if (state.truth == Truth::kTrue) {
      out.truth = Truth::kTrue;
      out.unconfirmed |= state.unconfirmed;
      std::string why = name == "pregnancy" ? "pregnant: pregnancy on record" : name + " on record";
      if (!state.used.empty()) why += ": " + dated(state.used.front());
      if (!state.remark.empty()) why += ", " + state.remark;
      out.because.push_back(std::move(why));
      append(out.used, state.used);
    } else if (state.truth == Truth::kUnknown) {
      unknown.not_checked.push_back(name + ": " +
                                    (state.remark.empty() ? "not recorded" : state.remark));
    }
  }
  if (out.truth == Truth::kTrue) return out;
  return unknown.not_checked.empty() ? out : unknown;
}

Judgement Facts::judge_lab(const Predicate& predicate) const {
  const std::string& name = predicate.names.front();
  const LabState& state = record_.lab(name);
  if (!state.value) {
    std::string why = state.why_not.empty() ? name + ": not recorded" : state.why_not;
    if (name == "creatinine clearance" && state.why_not.empty()) {
      why += " (needs creatinine, weight, age and sex of an adult)";
    } else if (name == "eGFR" && state.why_not.empty()) {
      why += " (kidney function: no creatinine or eGFR)";
    }
    return {.truth = Truth::kUnknown, .not_checked = {why}};
  }
  const LabValue& value = *state.value;
  const std::string shown =
      name + " " + base::format_number(value.value, 4) + " " + value.unit +
      (value.used.date.empty() ? "" : " (" + value.used.date + ")") +
      (value.old ? ", an old value: " + std::to_string(value.age_days) + " days" : "");
  if (!predicate.limits.hold(value.value)) {
    // An old value warns, but it cannot give the all-clear.
    if (value.old) return {.truth = Truth::kUnknown, .not_checked = {shown}};
    return {};
  }
  Judgement out{.truth = Truth::kTrue, .because = {shown}, .used = {value.used}};
  if (name == "eGFR" || name == "creatinine clearance")
    out.because.front() = "kidney function: " + shown;
  if (!value.arithmetic.empty()) out.because.push_back(value.arithmetic);
  if (!value.formula.empty()) out.formulas = {value.formula};
  return out;
}

Judgement Facts::judge_gene(const Predicate& predicate, bool for_topic) const {
  if (for_topic && beside_the_question(predicate.gene)) return {};
  const GeneCall* call = calls_.gene(predicate.gene);
  if (call == nullptr || call->firmness == Firmness::kNotDetermined) {
    return {
        .truth = Truth::kUnknown,
        .not_checked = {predicate.gene + ": not tested" +
                        (call == nullptr || call->why_not.empty() ? "" : ", " + call->why_not)}};
  }
  const auto wanted = [&](const std::string& value) {
    return std::find(predicate.names.begin(), predicate.names.end(), value) !=
           predicate.names.end();
  };
  std::size_t n_yes = 0;
  std::size_t n_all = 0;
  if (predicate.kind == Predicate::Kind::kPhenotype) {
    for (const Outcome& outcome : call->outcomes) {
      ++n_all;
      n_yes += wanted(outcome.phenotype) || wanted(outcome.activity_score);
    }
  } else {
    for (const Diplotype& pair : call->diplotypes) {
      ++n_all;
      n_yes += wanted(pair.name()) || wanted(pair.second + "/" + pair.first);
    }
  }
  bool could_be = n_yes > 0;
  for (const OpenAllele& allele : call->alleles_not_excluded) {
    could_be |= std::any_of(allele.phenotypes.begin(), allele.phenotypes.end(), wanted);
  }
  if (n_yes == 0) {
    if (!could_be) return {};
    return {.truth = Truth::kUnknown, .not_checked = {describe(*call)}};
  }
  Judgement out{.truth = Truth::kTrue, .because = {describe(*call)}};
  out.open = n_yes < n_all || call->firmness == Firmness::kOpen;
  return out;
}

Judgement Facts::judge_variant(const Predicate& predicate) const {
  if (calls_.variants == nullptr) {
    return {.truth = Truth::kUnknown, .not_checked = {"variants: none were read"}};
  }
  Judgement out;
  if (predicate.kind == Predicate::Kind::kVariantClass) {
    for (const Carried& carried : carried_) {
      if (carried.kind == nullptr || carried.kind->kind != predicate.gene) continue;
      if (std::find(predicate.names.begin(), predicate.names.end(), carried.call->gene) ==
          predicate.names.end()) {
        continue;
      }
      out.truth = Truth::kTrue;
      out.because.push_back(describe(carried));
    }
    return out;
  }
  const std::string& name = predicate.names.front();
  const VariantCall* call = calls_.variant(name);
  if (call == nullptr || !call->read()) {
    return {.truth = Truth::kUnknown, .not_checked = {name + ": not in the file or not readable"}};
  }
  if (call->copies < predicate.limits.min.value_or(1)) return out;
  out.truth = Truth::kTrue;
  out.because = {describe(Carried{call, nullptr})};
  return out;
}

Judgement Facts::judge_apoe(const Predicate& predicate) const {
  const VariantCall* first = calls_.variants ? calls_.variant("rs429358") : nullptr;
  const VariantCall* second = calls_.variants ? calls_.variant("rs7412") : nullptr;
  if (first == nullptr || second == nullptr || !first->read() || !second->read()) {
    return {.truth = Truth::kUnknown, .not_checked = {"APOE: rs429358 or rs7412 not readable"}};
  }
  // Copies of e4 (C at rs429358) and of e2 (T at rs7412); a double heterozygote is read e2/e4.
  const int e4 = first->copies;
  const int e2 = second->copies;
  const std::string genotype = e2 == 2   ? "e2/e2"
                               : e2 == 1 ? (e4 >= 1 ? "e2/e4" : "e2/e3")
                               : e4 == 2 ? "e4/e4"
                               : e4 == 1 ? "e3/e4"
                                         : "e3/e3";
  for (const std::string& name : predicate.names) {
    if (genotype == name || (name == "e4" && e4 > 0)) {
      return {.truth = Truth::kTrue, .because = {"APOE " + genotype}};
    }
  }
  return {};
}

Judgement Facts::judge_tumour(const Predicate& predicate) const {
  Judgement out;
  for (const std::string& name : predicate.names) {
    for (const TumourFinding& found : request_.tumour) {
      if (found.name != name) continue;
      out.truth = Truth::kTrue;
      out.because.push_back(name + " in the tumour's variants (" + found.evidence + ")");
    }
    for (const RecordUse& use : record_.tumour_used) {
      if (use.text != name) continue;
      out.truth = Truth::kTrue;
      out.because.push_back(name + " in the tumour, on record" +
                            (use.date.empty() ? "" : " (" + use.date + ")"));
      out.used.push_back(use);
    }
  }
  if (out.truth == Truth::kFalse && !request_.has_tumour_file && record_.tumour_findings.empty()) {
    out.truth = Truth::kUnknown;
    out.not_checked = {"tumour: no findings on record and no --tumour-vcf"};
  }
  return out;
}

Judgement Facts::judge_risk(const Predicate& predicate) const {
  Judgement out;
  const std::string wanted = base::to_lower(predicate.names.front());
  for (const RiskResult& risk : request_.risks) {
    const std::string name = base::to_lower(risk.outcome);
    std::string word = wanted;
    std::erase(word, '*');
    if (wanted == name || (wanted.starts_with('*') && name.find(word) != std::string::npos)) {
      if (!risk.has_risk || !predicate.limits.hold(risk.risk)) continue;
      out.truth = Truth::kTrue;
      out.because.push_back("risk of " + risk.outcome + " by the model " +
                            base::format_number(risk.risk, 3) +
                            " (threshold: " + predicate.limits.text() + ")");
    }
  }
  return out;
}

}  // namespace gcrisk::recommend
