// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gcrisk/recommend/calls.hpp"
#include "gcrisk/recommend/knowledge.hpp"
#include "gcrisk/recommend/record.hpp"
#include "gcrisk/recommend/tumour_regions.hpp"

// From facts to a plan: what the guidelines say about this person's drugs, findings and record,
// ranked, with the chain of reasons. Research use only: nothing here is a prescription.
namespace gcrisk::recommend {

struct Source {
  std::string table;  // file of ours
  std::string version;
  std::string date;
  std::string rule_id;       // of a rule
  std::string rec_id;        // of a guideline row
  std::string guideline_id;  // ClinPGx
  std::string organisation;
  std::string first_author;
  std::string year;
  std::string pmid;
  std::string verified;  // "true", "false", or what was seen
};

struct Dose {
  std::string percent;  // of the usual start: "50", "25-50"
  std::string maintenance_percent;
  std::string increase_percent;
  std::string cap_mg_day;
  std::string label;       // usual label dosage, in words
  double mg_per_week = 0;  // 0: none
  double mg_per_day = 0;
  std::string algorithm;
  std::string tolerance;  // "+-0.05"
  std::string arithmetic;
  bool empty() const;
};

struct Alternative {
  std::string name;
  std::string status;  // "offered", "not offered", "named"
  std::string why;
};

// Another reading of an open call and what it would lead to.
struct Possibility {
  std::string lookup;  // "CYP2C9=1.0"
  std::string action;
  std::string rec_id;
  std::string population;
};

// One statement of the plan: one row of plan.tsv.
struct Item {
  std::string id;     // "i001", by rank
  std::string kind;   // gene-drug, interaction, phenoconversion, dose, gene, finding, therapy,
                      // screening, lifestyle, drug
  std::string about;  // drug, a+b, gene or examination
  std::string finding;
  std::string action;
  std::string severity;  // contraindicated, major, moderate, info
  std::string statement;
  std::string strength;
  std::string population;
  std::string firmness;  // firm, open, not_determined
  Standing standing = Standing::kPossible;
  std::vector<std::string> drugs;  // that it speaks of
  Dose dose;
  std::vector<std::string> because;
  std::vector<RecordUse> record_used;
  std::vector<std::string> not_checked;
  std::vector<std::string> warnings;
  std::vector<Alternative> alternatives;
  std::vector<Possibility> possible;
  std::vector<Source> sources;
  std::string verified;  // of the weakest source
  std::string key;       // order among equals; not written
};

// What all items about one drug amount to.
struct DrugSummary {
  std::string name;
  Standing standing = Standing::kTaken;
  std::string action;  // the most severe
  std::string light;
  std::vector<std::string> items;
  std::vector<std::string> not_checked;
  RecordUse used;
};

// A gene's result under the present drugs, beside the genetic one.
struct Effective {
  std::string gene;
  std::string genetic_phenotype;
  std::string genetic_score;
  std::string phenotype;
  std::string score;
  std::vector<std::string> because;  // "paroxetine, a strong CYP2D6 inhibitor: score x 0"
};

// A model's risk of the person; filled by the pipeline, which has the models.
struct RiskContribution {
  std::string feature;
  std::string value;
  double contribution = 0;  // on the score's scale
  bool modifiable = false;
  std::string direction;  // "lower", "higher", of modifiable ones: what lowers the risk
};
struct RiskResult {
  std::string outcome;
  std::string method;
  std::string scale;  // "risk", "score"
  double score = 0;
  double risk = 0;
  bool has_risk = false;
  bool of_survival = false;  // the risk is of the event by the horizon, 1 - risk is survival
  double low = 0;
  double high = 0;
  bool has_interval = false;
  std::string interval_from;
  std::string horizon;
  std::string group;  // calibration group: "risk 0.10 to 0.15"
  double group_observed = 0;
  double group_n = 0;
  bool has_group = false;
  std::vector<RiskContribution> contributions;
  std::vector<std::string> warnings;  // outside the population, missing columns
  std::string model;                  // folder
};

struct PlanRequest {
  std::vector<std::string> drugs;     // --drugs: what if
  std::set<std::string> also;         // "apoe", "incidental"
  std::vector<TumourFinding> tumour;  // of --tumour-vcf
  std::vector<RiskResult> risks;
  bool has_tumour_file = false;
};

struct Plan {
  const PersonCalls* calls = nullptr;  // outlives the plan
  Record record;
  std::vector<Item> items;  // by rank
  std::vector<DrugSummary> drugs;
  std::vector<Effective> effective;
  std::vector<RiskResult> risks;
  std::vector<std::string> not_understood;  // drugs that no table knows
  std::vector<std::string> notices;         // age of tables, limits of what was looked at
  std::vector<std::string> not_tested;      // genes and regions without an answer
  std::vector<TableVersion> tables;
  std::string watermark;  // of --assume-reference
};

// The whole of it. Cost: microseconds to a millisecond; no input order matters.
Plan make_plan(const Knowledge& knowledge,
               const PersonCalls& calls,
               const Record& record,
               const PlanRequest& request);

}  // namespace gcrisk::recommend
