// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evaluation.hpp"
#include "gcrisk/clinical/table.hpp"
#include "gcrisk/pipeline/predictions.hpp"

namespace gcrisk::pipeline {

// Which rows are judged, and which may be looked at to choose thresholds and cuts.
struct ChosenRows {
  std::string set;  // "test", "all" …
  std::vector<std::uint32_t> judged;
  std::vector<std::uint32_t> reference;  // validation, else training rows; empty: the file has none
  std::string reference_set;
};

// `wanted` is the name of a set, "all", or empty: test where the file has it, else everybody.
// DegenerateError naming the sets that there are.
ChosenRows choose_rows(const Predictions& predictions,
                       const std::string& wanted,
                       const std::string& path);

// "0.5", "youden", "sens=0.9", "spec=0.9". UsageError otherwise.
struct ThresholdChoice {
  evaluate::ThresholdRule rule = evaluate::ThresholdRule::kFixed;
  double target = 0.5;
  std::string text;
};
ThresholdChoice parse_threshold(const std::string& text);

// The people whom both models predict, in the order of `first`; the rest is dropped from both and
// counted. Outcomes must agree where both know them: MismatchError.
struct Paired {
  Predictions first;
  Predictions second;
  std::size_t only_first = 0;
  std::size_t only_second = 0;
};
Paired pair_people(const Predictions& first, const Predictions& second, const std::string& path);

// A column as groups: its levels, or quarters of a number with more than ten values.
struct Grouping {
  std::string column;
  std::vector<std::string> names;
  std::vector<std::int32_t> group;  // one a row of the predictions; -1: not known
};
Grouping group_people(const clinical::Table& table,
                      const std::string& column,
                      const std::vector<std::string>& ids);

// "cohort/lr.predictions.tsv" is the model "lr".
std::string model_name_of(const std::string& path);

}  // namespace gcrisk::pipeline
