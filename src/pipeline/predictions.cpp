// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/pipeline/predictions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/clinical/table.hpp"
#include "gcrisk/io/table.hpp"
#include "gcrisk/io/tsv.hpp"

namespace gcrisk::pipeline {

namespace {

using clinical::Column;
using clinical::FieldType;
using cohort::Outcome;
using cohort::OutcomeKind;

constexpr std::string_view kRisk = "RISK_";

// The outcome as the file writes it: 0 and 1, the name of the class, or the number.
std::string outcome_cell(const Outcome& outcome, std::size_t row) {
  const double value = outcome.values[row];
  if (std::isnan(value)) return "NA";
  return outcome.levels[static_cast<std::size_t>(value)];
}

Outcome class_outcome(const Column& column,
                      std::vector<std::string> levels,
                      const std::string& path) {
  std::map<std::string, double> index;
  for (std::size_t i = 0; i < levels.size(); ++i) index[levels[i]] = static_cast<double>(i);
  Outcome outcome;
  outcome.kind = OutcomeKind::kMulticlass;
  for (std::size_t row = 0; row < column.n_rows(); ++row) {
    if (column.is_missing(row)) {
      outcome.values.push_back(std::numeric_limits<double>::quiet_NaN());
      continue;
    }
    const std::string cell = clinical::format_cell(column, row);
    const auto at = index.find(cell);
    if (at == index.end()) {
      throw base::MismatchError(path + ": OUTCOME '" + cell + "' has no column RISK_" + cell);
    }
    outcome.values.push_back(at->second);
  }
  outcome.levels = std::move(levels);
  outcome.coding = std::to_string(outcome.levels.size()) + " classes";
  return outcome;
}

// Values that are 0 and 1 alone need no guess, even where one of them is absent.
bool is_zero_one(const Column& column) {
  return column.is_numeric() &&
         std::all_of(column.numbers.begin(), column.numbers.end(), [](double v) {
           return std::isnan(v) || v == 0 || v == 1;
         });
}

bool all_missing(const Column& column) {
  for (std::size_t row = 0; row < column.n_rows(); ++row) {
    if (!column.is_missing(row)) return false;
  }
  return true;
}

Outcome read_outcome(const Column& column, const Column* time, bool has_risk) {
  const OutcomeKind kind = time != nullptr ? OutcomeKind::kSurvival
                           : has_risk      ? OutcomeKind::kBinary
                                           : OutcomeKind::kNone;
  const bool unknown = all_missing(column);
  if (unknown || is_zero_one(column)) {
    Outcome outcome;
    outcome.kind = unknown || kind != OutcomeKind::kNone ? kind : OutcomeKind::kBinary;
    outcome.values = column.numbers;
    if (unknown) {
      outcome.values.assign(column.n_rows(), std::numeric_limits<double>::quiet_NaN());
    }
    outcome.levels = {"0", "1"};
    outcome.coding = time != nullptr ? "0 = censored, 1 = event" : "0 = control, 1 = case";
    if (time != nullptr) outcome.times = time->numbers;
    return outcome;
  }
  return cohort::make_outcome(column, time, kind);
}

}  // namespace

void write_predictions(base::OutputFile& file, const Predictions& predictions) {
  const Outcome& outcome = predictions.outcome;
  const bool survival = outcome.kind == OutcomeKind::kSurvival;
  const bool classes = outcome.kind == OutcomeKind::kMulticlass;
  std::vector<std::string> header = {"#IID", "SET", "OUTCOME"};
  if (survival) header.emplace_back("TIME");
  if (predictions.score.size() > 0) header.emplace_back("SCORE");
  if (classes) {
    for (const std::string& level : outcome.levels) header.push_back(std::string(kRisk) + level);
  } else if (predictions.risk.cols() > 0) {
    header.emplace_back("RISK");
  }
  io::TsvWriter writer(file, header);
  for (std::size_t i = 0; i < predictions.ids.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    writer.text(predictions.ids[i]);
    writer.text(i < predictions.sets.size() ? predictions.sets[i] : "NA");
    if (i >= outcome.values.size()) {
      writer.text("NA");
    } else if (classes) {
      writer.text(outcome_cell(outcome, i));
    } else {
      writer.number(outcome.values[i], 12);
    }
    if (survival) {
      writer.number(
          i < outcome.times.size() ? outcome.times[i] : std::numeric_limits<double>::quiet_NaN(),
          12);
    }
    if (predictions.score.size() > 0) writer.number(predictions.score[row], 9);
    for (Eigen::Index c = 0; c < predictions.risk.cols(); ++c) {
      writer.number(predictions.risk(row, c), 9);
    }
    writer.end_row();
  }
}

Predictions read_predictions(const std::string& path) {
  io::TableOptions options;
  for (const char* name : {"SCORE", "RISK", "TIME"}) {
    options.fields.push_back({.name = name, .type = FieldType::kNumber});
  }
  options.fields.push_back({.name = "SET", .type = FieldType::kText});
  io::TableReport report;
  const clinical::Table table = io::read_table(path, options, &report);
  if (report.contradictory_rows > 0) {
    throw base::MismatchError(path + ": " + std::to_string(report.contradictory_rows) +
                                  " people stand twice with different values (" +
                                  base::join(report.contradictory_ids, ", ") +
                                  "), expected one row a person",
                              "several models in one file: cut it into one file a model");
  }
  if (table.n_rows() == 0) throw base::DegenerateError(path + ": no person is in the file");

  Predictions out;
  out.ids = table.ids();
  const std::size_t n = table.n_rows();
  const Column* outcome = table.find("OUTCOME");
  const Column* score = table.find("SCORE");
  std::vector<const Column*> risks;
  std::vector<std::string> classes;
  for (const Column& column : table.columns()) {
    if (column.field.name == "RISK") risks.push_back(&column);
    if (!column.field.name.starts_with(kRisk)) continue;
    risks.push_back(&column);
    classes.push_back(column.field.name.substr(kRisk.size()));
  }
  if (outcome == nullptr) {
    throw base::MalformedError(path + ":1: no column OUTCOME, expected #IID SET OUTCOME SCORE RISK",
                               "name the columns of the file so; SET and SCORE may be absent");
  }
  if (risks.empty() && score == nullptr) {
    throw base::MalformedError(path + ":1: neither a column RISK nor SCORE, expected one of them");
  }
  const Column* sets = table.find("SET");
  for (std::size_t row = 0; row < n; ++row) {
    const bool known = sets != nullptr && !sets->is_missing(row);
    out.sets.push_back(known ? clinical::format_cell(*sets, row) : "NA");
  }
  out.outcome = classes.empty() ? read_outcome(*outcome, table.find("TIME"), !risks.empty())
                                : class_outcome(*outcome, std::move(classes), path);
  out.outcome.name = "outcome";
  const auto rows = static_cast<Eigen::Index>(n);
  if (score != nullptr) {
    out.score = Eigen::Map<const Eigen::VectorXd>(score->numbers.data(), rows);
  }
  out.risk.resize(rows, static_cast<Eigen::Index>(risks.size()));
  for (std::size_t c = 0; c < risks.size(); ++c) {
    if (!risks[c]->is_numeric()) {
      throw base::MalformedError(path + ": column " + risks[c]->field.name +
                                 " holds words, expected numbers");
    }
    out.risk.col(static_cast<Eigen::Index>(c)) =
        Eigen::Map<const Eigen::VectorXd>(risks[c]->numbers.data(), rows);
  }
  return out;
}

}  // namespace gcrisk::pipeline
