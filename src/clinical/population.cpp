// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/population.hpp"

#include <algorithm>
#include <array>

namespace gcrisk::clinical {

namespace {

constexpr std::array<std::string_view, 7> kQuestions = {
    "everybody with events",
    "has an index date",
    "is observed at the index date",
    "was observed long enough before (--washout)",
    "has no outcome before (--prior-outcome)",
    "has no outcome on an unclear date",
    "is observed long enough after (--min-time-at-risk)",
};

struct Observed {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool contains_index = false;
};

// The period around the index. Periods of one person do not overlap; begins and ends alternate.
Observed observation(const Record& record, const Time& index) {
  const std::int64_t at = index.earliest();
  std::int64_t begin = 0;
  bool is_open = false;
  bool has_periods = false;
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool any = false;
  for (const Event& event : record.events) {
    if (!event.time.known()) continue;
    if (event.code == kObservation) {
      has_periods = true;
      begin = event.time.earliest();
      is_open = true;
    } else if (event.code == kObservationEnd) {
      if (is_open && begin <= at && at <= event.time.latest()) {
        return {begin, event.time.latest(), true};
      }
      is_open = false;
    } else if (event.code != kBirth) {
      if (!any) first = event.time.earliest();
      last = any ? std::max(last, event.time.latest()) : event.time.latest();
      any = true;
    }
  }
  if (has_periods || !any) return {};
  return {first, last, first <= at && at <= last};
}

bool is_outcome(const Event& event, const PopulationSettings& settings) {
  return std::find(settings.outcome_codes.begin(), settings.outcome_codes.end(), event.code) !=
         settings.outcome_codes.end();
}

}  // namespace

std::string_view to_string(Exclusion exclusion) {
  return kQuestions[static_cast<std::size_t>(exclusion)];
}

Membership judge(const Record& record, const IndexRule& rule, const PopulationSettings& settings) {
  Membership out;
  const auto index = rule.index_of(record);
  if (!index || !index->known()) {
    out.exclusion = Exclusion::kNoIndex;
    return out;
  }
  out.index = *index;
  const std::int64_t at = index->earliest();
  const std::int64_t risk_begin = at + settings.risk_start_days * kSecondsPerDay;
  // The last day at risk counts as a whole.
  const std::int64_t risk_end = at + (settings.risk_end_days + 1) * kSecondsPerDay - 1;
  const Observed observed = observation(record, *index);

  bool prior = false;
  bool undated = false;
  std::optional<std::int64_t> first;
  for (const Event& event : record.events) {
    if (!is_outcome(event, settings)) continue;
    if (!event.time.known()) {
      undated = true;
      continue;
    }
    const std::int64_t begin = event.time.earliest();
    if (begin < risk_begin && event.time.precision < Precision::kDay &&
        event.time.latest() >= risk_begin) {
      undated = true;
    } else if (begin < risk_begin) {
      const bool recent = at - begin <= settings.prior_lookback_days * kSecondsPerDay;
      prior = prior || recent;
    } else if (!first && begin <= risk_end && begin > at) {
      first = begin;
    }
  }
  out.outcome = first.has_value();
  const std::int64_t end_of_risk = std::min(observed.end, risk_end);
  const std::int64_t end = first ? *first : std::max(end_of_risk, at);
  out.time_days = static_cast<double>(end - at) / kSecondsPerDay;

  const double days_at_risk = static_cast<double>(end_of_risk - risk_begin) / kSecondsPerDay;
  const bool long_enough =
      days_at_risk >= settings.min_time_at_risk_days || (first && settings.include_all_outcomes);
  if (!observed.contains_index) {
    out.exclusion = Exclusion::kOutsideObservation;
  } else if (at - observed.begin < settings.washout_days * kSecondsPerDay) {
    out.exclusion = Exclusion::kWashout;
  } else if (settings.remove_prior_outcome && prior) {
    out.exclusion = Exclusion::kPriorOutcome;
  } else if (undated && !first) {
    out.exclusion = Exclusion::kUndatedOutcome;
  } else if (settings.require_time_at_risk && !long_enough) {
    out.exclusion = Exclusion::kShortTimeAtRisk;
  }
  return out;
}

void Attrition::add(const Membership& membership) {
  ++people_;
  outcomes_ += membership.outcome ? 1 : 0;
  const auto at = static_cast<std::size_t>(membership.exclusion);
  ++removed_[at];
  removed_outcomes_[at] += membership.outcome ? 1 : 0;
}

std::vector<Attrition::Row> Attrition::rows() const {
  std::vector<Row> out = {{std::string(kQuestions[0]), people_, 0, outcomes_}};
  for (std::size_t q = 1; q < kQuestions.size(); ++q) {
    const Row& before = out.back();
    out.push_back({std::string(kQuestions[q]),
                   before.people - removed_[q],
                   removed_[q],
                   before.outcomes - removed_outcomes_[q]});
  }
  return out;
}

}  // namespace gcrisk::clinical
