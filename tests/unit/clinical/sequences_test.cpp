// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/sequences.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "gcrisk/base/error.hpp"
#include "unit/expect_error.hpp"

namespace gcrisk::clinical {
namespace {

Time at(const char* text) { return *parse_time(text); }

Record record_of(std::initializer_list<std::pair<const char*, const char*>> facts) {
  Record record;
  record.id = "p";
  for (const auto& [time, code] : facts) {
    record.events.push_back({time[0] == '\0' ? Time{} : at(time), record.keep(code)});
  }
  std::sort(record.events.begin(), record.events.end(), precedes);
  return record;
}

// "BEGIN gap: code code" of each step.
std::vector<std::string> told(const Record& record, const char* index, const char* sequence) {
  std::vector<Step> steps;
  std::uint64_t left_out = 0;
  steps_of(record, at(index), parse_sequence(sequence), steps, left_out);
  std::vector<std::string> out;
  for (const Step& step : steps) {
    std::string line = format_time(step.begin) + " ";
    line += std::isnan(step.gap_days) ? "-" : std::to_string(step.gap_days).substr(0, 4);
    line += ":";
    for (const Event& event : step.events) line += " " + std::string(event.code);
    out.push_back(line);
  }
  return out;
}

using Lines = std::vector<std::string>;

TEST(Sequence, AVisitGathersWhatLiesInItAndDaysTheRest) {
  const Record record = record_of({{"1950-01-01", "MEDS_BIRTH"},
                                   {"", "GENDER/male"},
                                   {"2010-01-01T08:00:00", "VISIT/IMP"},
                                   {"2010-01-02", "LAB/1"},
                                   {"2010-01-03T09:00:00", "LAB/2"},
                                   {"2010-01-03T10:00:00", "VISIT/IMP//END"},
                                   {"2010-01-05T08:00:00", "LAB/3"},
                                   {"2010-01-05T20:00:00", "LAB/4"},
                                   {"2010-02-01", "LAB/5"}});
  // From the beginning of the visit at 8 in the morning to midnight of the fifth are 3 2/3 days.
  EXPECT_EQ(
      told(record, "2010-02-01", "visits"),
      (Lines{"2010-01-01T08:00:00 -: VISIT/IMP LAB/1 LAB/2", "2010-01-05 3.66: LAB/3 LAB/4"}));
}

TEST(Sequence, AVisitThatGoesOnAtTheIndexHoldsWhatCameBefore) {
  const Record record = record_of({{"2010-01-01", "VISIT/IMP"},
                                   {"2010-01-04", "LAB/1"},
                                   {"2010-01-06", "LAB/2"},
                                   {"2010-01-09", "VISIT/IMP//END"}});
  EXPECT_EQ(told(record, "2010-01-05", "visits"),
            (Lines{"2010-01-01T00:00:00 -: VISIT/IMP LAB/1"}));
}

TEST(Sequence, ACoarseTimeIsAStepOfItsOwn) {
  const Record record =
      record_of({{"2010-03", "DX/1"}, {"2010-03-01", "VISIT/AMB"}, {"2010-03-01", "LAB/1"}});
  EXPECT_EQ(told(record, "2011-01-01", "visits"),
            (Lines{"2010-03 -: DX/1", "2010-03-01T00:00:00 0.00: LAB/1 VISIT/AMB"}));
}

TEST(Sequence, BinsEndAtTheIndexAndEmptyOnesCount) {
  // Bins of ten days back from the first of February: 22 to 31, 12 to 21 and 2 to 11 January.
  const Record record = record_of({{"2010-01-11", "LAB/1"},
                                   {"2010-01-22", "LAB/2"},
                                   {"2010-01-31", "LAB/3"},
                                   {"2010-02-01", "LAB/4"}});
  EXPECT_EQ(told(record, "2010-02-01", "10d"),
            (Lines{"2010-01-02T00:00:00 -: LAB/1",
                   "2010-01-12T00:00:00 10.0:",
                   "2010-01-22T00:00:00 10.0: LAB/2 LAB/3"}));
}

TEST(Sequence, TheLatestStepsAreKept) {
  const Record record = record_of({{"2010-01-01", "A"}, {"2010-01-03", "B"}, {"2010-01-10", "C"}});
  for (const char* kind : {"visits", "1d"}) {
    SequenceOptions options = parse_sequence(kind);
    options.max_steps = 2;
    std::vector<Step> steps;
    std::uint64_t left_out = 0;
    steps_of(record, at("2010-01-11"), options, steps, left_out);
    ASSERT_EQ(steps.size(), 2U);
    EXPECT_EQ(steps.back().events.at(0).code, "C");
    // The first that is kept still knows how long after its forerunner it came.
    EXPECT_EQ(steps.front().gap_days, options.bin_seconds == 0 ? 2 : 1);
    EXPECT_EQ(left_out, options.bin_seconds == 0 ? 1U : 8U);
  }
}

TEST(Sequence, NothingAtOrAfterTheIndexIsInAStep) {
  const Record record = record_of({{"2010-01-01", "A"}, {"2010-01-02", "B"}, {"2010", "C"}});
  EXPECT_EQ(told(record, "2010-01-02", "visits"), (Lines{"2010-01-01 -: A"}));
  EXPECT_EQ(told(record, "2010-01-02", "6h"), (Lines{"2010-01-01T18:00:00 -: A"}));
  EXPECT_TRUE(told(record, "2009-01-01", "visits").empty());
  EXPECT_TRUE(told(record, "2009-01-01", "6h").empty());
}

TEST(Sequence, OtherWordsAreRefused) {
  EXPECT_ERROR(parse_sequence("weekly"),
               base::UsageError,
               "--sequence weekly: expected visits, or the length of a bin in days or hours such "
               "as 30d, 6h");
  EXPECT_THROW(parse_sequence("ever"), base::UsageError);
}

}  // namespace
}  // namespace gcrisk::clinical
