// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gcrisk/clinical/index_date.hpp"

namespace gcrisk::clinical {

// Who is studied and what counts as the outcome. Concepts and defaults are those of
// createStudyPopulationSettings in OHDSI's PatientLevelPrediction (ohdsi.github.io).
struct PopulationSettings {
  std::vector<std::string> outcome_codes;
  int washout_days = 0;              // washoutPeriod: observed at least so long before the index
  bool remove_prior_outcome = true;  // removeSubjectsWithPriorOutcome
  int prior_lookback_days = 99999;   // priorOutcomeLookback
  int risk_start_days = 1;           // riskWindowStart, from the index
  int risk_end_days = 365;           // riskWindowEnd, from the index
  bool require_time_at_risk = true;  // requireTimeAtRisk
  int min_time_at_risk_days = 364;   // minTimeAtRisk
  bool include_all_outcomes = true;  // includeAllOutcomes: an outcome makes up for short follow-up
};

// Why somebody is not studied, in the order in which it is asked.
enum class Exclusion {
  kNone,
  kNoIndex,
  kOutsideObservation,  // not observed at the index
  kWashout,
  kPriorOutcome,
  kUndatedOutcome,  // the outcome happened on a date too coarse to tell before from after
  kShortTimeAtRisk,
};
std::string_view to_string(Exclusion exclusion);

struct Membership {
  Exclusion exclusion = Exclusion::kNone;
  Time index;
  bool outcome = false;
  double time_days = 0;  // from the index to the outcome, or to the end of time at risk
};

// Observation is the OBSERVATION_PERIOD that contains the index; where a record has none, from its
// first dated event after birth to its last.
Membership judge(const Record& record, const IndexRule& rule, const PopulationSettings& settings);

// Who was left after each question.
class Attrition {
 public:
  struct Row {
    std::string step;
    std::uint64_t people = 0;
    std::uint64_t removed = 0;
    std::uint64_t outcomes = 0;  // among `people`, as far as the outcome is known at that step
  };
  void add(const Membership& membership);
  std::vector<Row> rows() const;

 private:
  std::uint64_t people_ = 0;
  std::uint64_t outcomes_ = 0;
  std::uint64_t removed_[7] = {};
  std::uint64_t removed_outcomes_[7] = {};
};

}  // namespace gcrisk::clinical
