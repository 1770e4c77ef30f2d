// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gcrisk/base/output.hpp"
#include "gcrisk/evaluate/compare.hpp"
#include "gcrisk/evaluate/curves.hpp"
#include "gcrisk/evaluate/scored.hpp"
#include "gcrisk/evaluate/survival.hpp"
#include "gcrisk/report/page.hpp"

// What `evaluate` found, between the measuring and the writing of it.
namespace gcrisk::pipeline {

// A row of P.metrics.tsv without what is the same for the whole run.
struct MetricRow {
  std::string metric;  // "auroc"
  std::string title;
  std::size_t n = 0;
  double events = 0;  // NaN for outcomes without events
  double value = 0;
  double low = 0;
  double high = 0;
  std::string method;  // of the interval
};

// How the threshold came about: a number given beforehand, or a rule and the people it saw.
struct ThresholdStory {
  std::string rule;       // "0.5", "youden", "sens=0.9"
  std::string chosen_on;  // "given", "validation", "train", "evaluated"
};

struct ModelResult {
  std::string name;
  evaluate::Scored people;
  ThresholdStory threshold;
  std::vector<MetricRow> rows;       // everybody
  std::vector<MetricRow> per_class;  // multi-class: "auroc:<class>"
  // Band of the ROC curve on 101 even values of 1 - specificity; empty: none.
  std::vector<double> roc_low;
  std::vector<double> roc_high;
};

struct Subgroup {
  std::string column;
  std::string level;
  std::size_t n = 0;
  std::size_t events = 0;
  bool small = false;  // fewer than ten cases, or controls: intervals say little
  std::vector<MetricRow> rows;
};

struct RiskGroup {
  std::string name;  // "lowest third"
  std::size_t n = 0;
  std::size_t events = 0;
  std::vector<evaluate::SurvivalPoint> curve;
};

struct Evaluation {
  std::string outcome_name;
  cohort::OutcomeKind kind = cohort::OutcomeKind::kBinary;
  std::vector<std::string> levels;
  std::string set;
  double level = 0.95;
  std::size_t replicates = 1000;
  std::vector<ModelResult> models;  // one, or two with --against
  std::vector<Subgroup> subgroups;  // of the first model
  std::vector<evaluate::Difference> differences;
  std::vector<RiskGroup> risk_groups;
  std::string risk_groups_cut_on;
  evaluate::LogRank log_rank{};
  std::vector<std::string> notes;     // what a reader must know
  std::vector<std::string> warnings;  // what limits the figures
  bool simulated = false;
  std::string made_by;

  bool is(cohort::OutcomeKind k) const { return kind == k; }
};

// metrics.tsv, metrics.json and the curves' tables.
void write_tables(base::OutputSet& outputs, const Evaluation& evaluation);
report::Page make_page(const Evaluation& evaluation);

// The rows of the threshold table: from 0.01 to 0.99 and the threshold in use.
std::vector<double> table_thresholds(const evaluate::Scored& people);

}  // namespace gcrisk::pipeline
