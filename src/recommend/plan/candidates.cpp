// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "builder.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

namespace {

bool asked_by_score(std::string_view gene) {
  return gene == "CYP2D6" || gene == "CYP2C9" || gene == "DPYD";
}

std::string phenotype_of(std::string_view gene, double score) {
  if (gene == "CYP2D6") return cyp2d6_phenotype(score);
  if (score < 1) return "Poor Metabolizer";
  return score < 2 ? "Intermediate Metabolizer" : "Normal Metabolizer";
}

std::string score_text(double score) {
  std::string text = base::format_number(score, 4);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

void add(std::vector<LookupValue>& out, LookupValue value) {
  for (const LookupValue& one : out) {
    if (one.value == value.value) return;
  }
  out.push_back(std::move(value));
}

}  // namespace

std::string cyp2d6_phenotype(double score) {
  if (score == 0) return "Poor Metabolizer";
  if (score < 1.25) return "Intermediate Metabolizer";
  return score <= 2.25 ? "Normal Metabolizer" : "Ultrarapid Metabolizer";
}

bool is_outside_only(std::string_view gene) {
  return gene == "CYP2D6" || gene == "HLA-A" || gene == "HLA-B" || gene == "MT-RNR1";
}

std::vector<LookupValue> lookup_values(const GeneCall* call,
                                       std::string_view gene,
                                       const std::vector<double>& known_scores) {
  std::vector<LookupValue> out;
  const auto add_scores = [&](const std::string& phenotype, bool best) {
    for (const double score : known_scores) {
      if (phenotype_of(gene, score) == phenotype) add(out, {score_text(score), phenotype, best});
    }
  };
  if (call == nullptr || call->firmness == Firmness::kNotDetermined) {
    return {{"No Result", "", true}};
  }
  for (const Outcome& outcome : call->outcomes) {
    // A phenotype without a score asks for every score that it spans.
    const bool no_score = asked_by_score(gene) && outcome.lookup.size() == 1 &&
                          outcome.lookup.front() == "n/a" && !outcome.phenotype.empty() &&
                          outcome.phenotype != "Indeterminate" && outcome.phenotype != "n/a";
    if (no_score) {
      add_scores(outcome.phenotype, true);
      continue;
    }
    for (const std::string& value : outcome.lookup) add(out, {value, outcome.phenotype, true});
  }
  for (const OpenAllele& allele : call->alleles_not_excluded) {
    if (!allele.changes_phenotype) continue;
    for (const std::string& phenotype : allele.phenotypes) {
      if (asked_by_score(gene)) {
        add_scores(phenotype, false);
      } else {
        add(out, {phenotype, phenotype, false});
      }
    }
  }
  return out;
}

}  // namespace gcrisk::recommend
