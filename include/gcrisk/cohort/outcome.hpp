// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/clinical/table.hpp"

namespace gcrisk::cohort {

enum class OutcomeKind { kNone, kBinary, kMulticlass, kContinuous, kSurvival };

// What is to be predicted, one value a sample, NaN where it is not known.
struct Outcome {
  OutcomeKind kind = OutcomeKind::kNone;
  std::string name;
  // kBinary: 0 control, 1 case. kMulticlass: index of the class. kContinuous: the value.
  // kSurvival: 1 where the event was seen, 0 where follow-up ended without it.
  std::vector<double> values;
  std::vector<double> times;        // kSurvival only, in the unit of the file, above 0
  std::vector<std::string> levels;  // names of classes; kBinary: {control, case}
  std::string coding;               // what was detected, for people: "1 = control, 2 = case"

  std::size_t size() const { return values.size(); }
  std::size_t n_classes() const { return levels.size(); }
  Outcome select_rows(std::span<const std::uint32_t> rows) const;
};

std::string_view to_string(OutcomeKind kind);
OutcomeKind parse_outcome_kind(std::string_view text);  // MismatchError otherwise

// Reads a column as an outcome. Two values are binary: 0/1, 1/2 (case is the larger), or two words
// (case is the affirmative one: yes, case, true, dead …; otherwise the second in order of
// the alphabet, and the coding says so). More than two words are classes; other numbers are
// continuous; with `time` the column is an event indicator. Whole numbers with three to ten
// different values could be classes or amounts: they are continuous unless `kind` says otherwise,
// but 0/1/2, -9/0/1 and -9/1/2 are refused, because the first may mean missing as PLINK writes it.
// An event beside a `time` that is infinite, 0 or below is not known; `coding` counts such rows.
// Errors: DegenerateError where only one value is left; MismatchError where two readings fit.
Outcome make_outcome(const clinical::Column& column,
                     const clinical::Column* time = nullptr,
                     OutcomeKind kind = OutcomeKind::kNone);

}  // namespace gcrisk::cohort
