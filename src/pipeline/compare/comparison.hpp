// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "../evaluate_measure.hpp"
#include "cell.hpp"
#include "certificate.hpp"
#include "paper.hpp"

namespace gcrisk::pipeline {

// One row of the table. Each person is predicted by the folds that had not seen them; with
// repeats the predictions are averaged, and the metrics are those of all people together.
struct RowResult {
  CompareRow row;
  std::string failure;  // the first fold's that failed; then nothing below is there
  evaluate::Scored people;
  std::vector<MetricRow> metrics;
  std::vector<double> by_fold;  // the first metric, higher is better; repeats × folds
  double fit_s = 0;             // mean of a fold
  double predict_s = 0;
  std::uint64_t peak_memory_bytes = 0;
  std::size_t n_features = 0;  // of the first fold

  double hours() const { return fit_s / 3600; }
};

// A row against another one on the same people.
struct PairedTest {
  std::string first;
  std::string second;
  double difference = 0;  // of the first metric, first - second
  double low = 0;
  double high = 0;
  double p = 0;  // DeLong for a binary outcome, NaN otherwise
  double p_mcnemar = 0;
  double p_folds = 0;  // corrected resampled t over folds
};

// Friedman's test over folds with Nemenyi's critical difference of mean ranks.
struct RankTest {
  std::vector<double> mean_rank;  // one a row that was fitted; 1 is best
  double statistic = 0;
  double p = 1;
  double critical_difference = 0;  // NaN: more methods than the table has
};

// What genotypes and molecular values add to clinical columns, for one method.
struct GenomeValue {
  std::string model;
  std::string measure;  // the title of the first metric, whose difference `area` is
  PairedTest area;
  double net_benefit = 0;  // difference at the share of cases as threshold; NaN: not binary
  double slope_clinical = 0;
  double slope_all = 0;
  std::string sentence;
};

struct VariantFrequency {
  std::string key;
  std::size_t n_folds;
};

struct Comparison {
  std::string outcome_name;
  cohort::OutcomeKind kind = cohort::OutcomeKind::kBinary;
  std::size_t n_people = 0;
  std::size_t n_folds = 0;
  std::size_t n_repeats = 0;
  double level = 0.95;
  std::vector<RowResult> rows;    // in the order of the plan, without the permuted one
  std::vector<PairedTest> tests;  // each row against the best of the others
  RankTest ranks;
  std::vector<GenomeValue> genome;
  Certificate certificate;
  std::vector<VariantFrequency> frequencies;  // most often selected first
  std::optional<Paper> paper;                 // judged
  bool simulated = false;
  std::string made_by;
};

// `cells` in the order of cell_at.
Comparison summarise(const ComparePlan& plan,
                     const Study& study,
                     const std::vector<CellResult>& cells,
                     const MeasureSettings& settings,
                     const base::Context& context);

// T.tsv, T.json, T.md, T.html, and T.paper.tsv with a paper. Without `times` the columns that
// differ from run to run are NA.
void write_comparison(base::OutputSet& outputs, const Comparison& comparison, bool times);

}  // namespace gcrisk::pipeline
