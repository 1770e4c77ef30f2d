// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "../rules/reference_text.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/recommend/knowledge.hpp"

namespace gcrisk::recommend {

GuidelineTable::GuidelineTable(std::string_view tsv, const std::string& name) {
  const ReferenceText table(tsv, name);
  version_ = table.version();
  rows_.reserve(table.n_rows());
  for (std::size_t r = 0; r < table.n_rows(); ++r) {
    const auto text = [&](std::string_view column) { return std::string(table.cell(r, column)); };
    GuidelineRow row;
    row.rec_id = text("rec_id");
    row.drug = text("drug");
    std::string key = row.drug;
    std::vector<std::string> genes;
    for (const auto part : base::split(table.cell(r, "lookup"), ';')) {
      const auto equals = part.find('=');
      if (equals == std::string_view::npos) {
        throw base::MalformedError(table.place(r) + ": the lookup '" + std::string(part) +
                                   "', expected GENE=value");
      }
      row.lookup.emplace_back(part.substr(0, equals), part.substr(equals + 1));
      genes.push_back(row.lookup.back().first);
      key += "|" + row.lookup.back().second;
    }
    row.population = text("population");
    row.strength = text("strength");
    row.action = text("action");
    row.start_pct = text("start_pct");
    row.maint_pct = text("maint_pct");
    row.increase_pct = text("increase_pct");
    row.cap_mg_day = text("cap_mg_day");
    row.measure_levels = text("tdm") == "1";
    row.naive_only = text("naive_only") == "1";
    for (const auto one : base::split(table.cell(r, "alternatives"), ';')) {
      // The source names rosuvastatin as the alternative to itself.
      if (!one.empty() && one != row.drug) row.alternatives.emplace_back(one);
    }
    row.concern = text("concern");
    row.guideline_id = text("guideline_id");
    row.pmid = text("pmid");
    const auto& codes = action_codes();
    if (std::find(codes.begin(), codes.end(), row.action) == codes.end()) {
      throw base::MalformedError(table.place(r) + ": the action '" + row.action + "' is not known");
    }
    const auto [at, is_new] = genes_.emplace(row.drug, genes);
    if (!is_new && at->second != genes) {
      throw base::MalformedError(table.place(r) + ": " + row.drug +
                                 " is asked with other genes than in the row before");
    }
    index_.emplace(std::move(key), rows_.size());
    rows_.push_back(std::move(row));
  }
}

bool GuidelineTable::has(std::string_view drug) const { return genes_.contains(drug); }

const std::vector<std::string>& GuidelineTable::genes(std::string_view drug) const {
  static const std::vector<std::string> kNone;
  const auto found = genes_.find(drug);
  return found == genes_.end() ? kNone : found->second;
}

std::vector<const GuidelineRow*> GuidelineTable::rows(
    std::string_view drug, const std::vector<std::string>& values) const {
  std::string key(drug);
  for (const std::string& value : values) key += "|" + value;
  std::vector<const GuidelineRow*> out;
  const auto [first, last] = index_.equal_range(key);
  for (auto at = first; at != last; ++at) out.push_back(&rows_[at->second]);
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) {
    return std::tie(a->population, a->rec_id) < std::tie(b->population, b->rec_id);
  });
  return out;
}

bool GuidelineTable::asks(std::string_view drug,
                          std::string_view gene,
                          std::string_view value) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const GuidelineRow& row) {
    return row.drug == drug &&
           std::any_of(row.lookup.begin(), row.lookup.end(), [&](const auto& part) {
             return part.first == gene && part.second == value;
           });
  });
}

std::vector<double> GuidelineTable::scores(std::string_view drug, std::string_view gene) const {
  std::set<double> found;
  for (const GuidelineRow& row : rows_) {
    if (row.drug != drug) continue;
    for (const auto& [name, value] : row.lookup) {
      if (name != gene) continue;
      if (const auto score = base::parse_number(value)) found.insert(*score);
    }
  }
  return {found.begin(), found.end()};
}

namespace {

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

// Why the guideline says so: the row's concern.
std::string reason(const GuidelineRow& row) {
  if (row.concern == "toxicity") return "harm is more likely with this result";
  if (row.concern == "efficacy") return "a weak response is likely with this result";
  if (row.concern == "both") return "harm or a weak response is more likely with this result";
  return "";
}

std::string head(const GuidelineRow& row, const std::string& genes) {
  const std::string& action = row.action;
  if (action == "AVOID") return "avoid";
  if (action == "CONTRAINDICATED") return "contraindicated";
  if (action == "CONTRAINDICATED_RELATIVE") {
    return "relatively contraindicated (susceptible to malignant hyperthermia); only where the "
           "benefit clearly outweighs the risk";
  }
  if (action == "ALTERNATIVE") return "another drug is preferred";
  if (action == "ALTERNATIVE_OR_REDUCE") {
    return "another drug is preferred; if it has to be used, a lower dose";
  }
  if (action == "REDUCE") return "a lower dose";
  if (action == "INCREASE") return "a higher dose";
  if (action == "CAP_DOSE") return "not more than " + row.cap_mg_day + " mg a day to begin with";
  if (action == "LOWEST_START") return "the lowest labelled dose first, then with care";
  if (action == "LOW_START_THEN_TDM") {
    return "the low starting dose is kept; it goes up only after two weeks and with a blood level";
  }
  if (action == "TEST_FIRST") {
    return "the genotype cannot settle it: the enzyme's activity is measured first";
  }
  if (action == "CLINICAL_JUDGEMENT") {
    return "the genotype neither confirms nor rules out malignant hyperthermia; history and "
           "clinical findings decide";
  }
  if (action == "INDETERMINATE_MONITOR") {
    return "the phenotype is not known: consider a test of activity and watch closely";
  }
  if (action == "MONITOR_CLOSELY") return "only with closer monitoring";
  if (action == "PRIOR_USE_CAUTION") {
    return "if it was taken for over three months without a reaction of the skin, it may be used "
           "with care";
  }
  if (action == "STANDARD") return genes + ": no reason to leave the usual dose";
  if (action == "STANDARD_NO_EVIDENCE") return "too little evidence to act on " + genes;
  if (action == "STANDARD_OTHER_GENE_UNKNOWN") {
    return "the gene that is known gives no reason to leave the usual dose; the other one is not "
           "known: watch closely";
  }
  if (action == "STANDARD_SLOW_TITRATION") {
    return "the usual start, smaller steps up and a lower maintenance dose";
  }
  if (action == "STANDARD_THEN_INCREASE") {
    return "the usual start; a higher dose" +
           (row.increase_pct.empty() ? std::string() : " (by " + row.increase_pct + " %)") +
           " or another drug where the response falls short";
  }
  if (action == "STANDARD_THEN_REDUCE") {
    return "the usual start; in long treatment consider going down to " +
           (row.maint_pct.empty() ? std::string("50") : row.maint_pct) +
           " % of the daily dose once it works";
  }
  if (action == "STANDARD_THEN_TDM") {
    return "the usual start; a blood level where there is no response";
  }
  if (action == "STANDARD_WITH_WARNING") return "the usual start, watched more closely";
  if (action == "INDICATED") {
    return "the genotype predicts a response; for a person who has cystic fibrosis, as licensed";
  }
  return "the guideline gives no recommendation for this result";
}

}  // namespace

std::string sentence_of(const GuidelineRow& row) {
  std::vector<std::string> genes;
  bool one_missing = false;
  for (const auto& [gene, value] : row.lookup) {
    genes.push_back(gene);
    one_missing |= value == "No Result";
  }
  std::string text = capitalised(row.drug) + ": " + head(row, base::join(genes, " and "));
  const bool acts = !is_standard(row.action);
  if (const std::string why = reason(row); acts && !why.empty()) text += ", since " + why;
  text += ".";
  if (one_missing && acts) text += " The other gene of the pair is not known.";
  if (!row.start_pct.empty()) {
    text += " If used, start near " + row.start_pct + " % of the usual dose.";
  }
  if (!row.maint_pct.empty() && row.action != "STANDARD_THEN_REDUCE") {
    text += " Maintenance near " + row.maint_pct + " % of the usual dose.";
  }
  if (!row.increase_pct.empty() && row.action == "INCREASE") {
    text += " Raise the starting dose by " + row.increase_pct + " %.";
  }
  if (row.naive_only) text += " This holds for people who have not taken it before.";
  if (row.measure_levels) text += " Blood levels or the effect steer the dose.";
  return text;
}

}  // namespace gcrisk::recommend
