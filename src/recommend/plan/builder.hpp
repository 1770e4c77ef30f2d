// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "facts.hpp"

// The steps of make_plan, one file a subject. Each makes items from facts; none looks at the
// items of another, except the resolution at the end.
namespace gcrisk::recommend {

// What a gene's result may be asked with, the reported ones first.
struct LookupValue {
  std::string value;      // of guideline rows
  std::string phenotype;  // for people
  bool best = true;       // reported, as against left open
};
// A gene without a call gives "No Result". Scores of an outside phenotype are all that it spans.
std::vector<LookupValue> lookup_values(const GeneCall* call,
                                       std::string_view gene,
                                       const std::vector<double>& known_scores);
// Phenotype of an activity score of CYP2D6 (0; below 1.25; at most 2.25; above).
std::string cyp2d6_phenotype(double score);
bool is_outside_only(std::string_view gene);  // CYP2D6, HLA-A, HLA-B, MT-RNR1

// Guideline rows of one drug for the person's genes: one item a population that may fit.
std::vector<Item> gene_drug_items(const Facts& facts, const std::string& drug, Standing standing);
// The same with the CYP2D6 score that the other drugs on the list leave.
std::vector<Item> effective_items(const Facts& facts, const std::string& drug, Standing standing);
std::vector<Effective> effective_results(const Facts& facts);

// Rules of the kinds interaction and pgx, allergies: everything that speaks about one drug.
// `not_checked` gets what would have been looked at and is not recorded.
std::vector<Item> drug_rule_items(const Facts& facts,
                                  const std::string& drug,
                                  Standing standing,
                                  std::vector<std::string>& not_checked);
std::vector<Item> warfarin_items(const Facts& facts, Standing standing);

// Rules of the kinds therapy, screening, finding and lifestyle.
struct Topics {
  std::vector<Item> items;
  struct Option {
    std::string drug;
    std::string dose;
    std::size_t item = 0;  // that names it
  };
  std::vector<Option> options;
  std::vector<std::string> uses;  // substances
};
Topics topic_items(const Facts& facts);

// Genes that matter for the drugs in question and have no firm answer; variants that were found.
std::vector<Item> gene_items(const Facts& facts, const std::vector<std::string>& drugs);
std::vector<Item> variant_items(const Facts& facts);
// Genes whose result a drug's guideline or rules ask for.
std::vector<std::string> genes_for(const Facts& facts, const std::string& drug);

Source source_of(const Rule& rule);
Source source_of(const GuidelineRow& row, const GuidelineTable& table);
Source source_of_calls(const Facts& facts, const std::string& gene);
// A table with its version and date.
Source source_in(const Facts& facts, const std::string& table);
// The paper that a value of the record was computed by: "ckd_epi_2021".
Source source_of_formula(const std::string& formula);
// Drugs that are taken and named, planned or asked about once more: check the dose.
Item already_taken_item(const Facts& facts, const Medication& drug);
// {drug}, {with} and {class} replaced.
std::string fill(std::string text,
                 const std::string& drug,
                 const std::string& with = {},
                 const std::string& with_class = {});
std::vector<std::string> genes_in(const Predicate& predicate);

// Says something against taking the drug: contraindicated or major, avoid or another preferred.
bool speaks_against(const Item& item);

}  // namespace gcrisk::recommend
