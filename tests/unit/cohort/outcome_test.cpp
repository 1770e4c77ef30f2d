// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/cohort/outcome.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "gcrisk/io/table.hpp"
#include "unit/expect_error.hpp"

namespace gcrisk::cohort {
namespace {

using clinical::Column;
using clinical::FieldType;

const double kNaN = std::numeric_limits<double>::quiet_NaN();

Column numbers(std::vector<double> values, FieldType type = FieldType::kInteger) {
  Column column;
  column.field.name = "y";
  column.field.type = type;
  column.numbers = std::move(values);
  return column;
}

Column words(std::vector<std::string> values) {
  Column column;
  column.field.name = "y";
  column.field.type = FieldType::kText;
  column.texts = std::move(values);
  return column;
}

Column time_of(std::vector<double> values) {
  Column column = numbers(std::move(values), FieldType::kNumber);
  column.field.name = "days";
  return column;
}

// Values with 9 for missing, so that they can be compared.
std::vector<double> plain(std::vector<double> values) {
  for (double& value : values) value = std::isnan(value) ? 9 : value;
  return values;
}

struct Coding {
  const char* name;
  Column column;
  std::vector<double> values;
  const char* coding;
};

TEST(Outcome, DetectsHowTwoClassesAreCoded) {
  const std::vector<Coding> codings = {
      {"0/1", numbers({0, 1, kNaN, 1}), {0, 1, 9, 1}, "0 = control, 1 = case"},
      {"1/2", numbers({2, 1, kNaN, 1}), {1, 0, 9, 0}, "1 = control, 2 = case"},
      {"-1/1", numbers({-1, 1, 1, 1}), {0, 1, 1, 1}, "-1 = control, 1 = case"},
      {"1.0/2.0", numbers({1, 2, 2, 1}, FieldType::kNumber), {0, 1, 1, 0}, "1 = control, 2 = case"},
      {"yes first", words({"Yes", "No", "", "No"}), {1, 0, 9, 0}, "No = control, Yes = case"},
      {"alive or dead",
       words({"alive", "dead", "alive", ""}),
       {0, 1, 0, 9},
       "alive = control, dead = case"},
      {"control or PBC", words({"PBC", "control"}), {1, 0}, "control = control, PBC = case"},
      {"no affirmative word",
       words({"red", "blue", "red", ""}),
       {1, 0, 1, 9},
       "blue = control, red = case (by the alphabet)"},
      {"digits as words", words({"2", "1", "", "2"}), {1, 0, 9, 1}, "1 = control, 2 = case"},
  };
  for (const Coding& coding : codings) {
    const Outcome outcome = make_outcome(coding.column);
    EXPECT_EQ(outcome.kind, OutcomeKind::kBinary) << coding.name;
    EXPECT_EQ(plain(outcome.values), coding.values) << coding.name;
    EXPECT_EQ(outcome.coding, coding.coding) << coding.name;
    EXPECT_EQ(outcome.n_classes(), 2U) << coding.name;
    EXPECT_EQ(outcome.name, "y") << coding.name;
  }
}

TEST(Outcome, ReadsBooleanAndCategoryColumnsOfAFile) {
  const auto table = io::read_table_text("IID,a,b\np,no,control\nq,yes,case\nr,NA,case\n", "t.csv");
  const Outcome a = make_outcome(table.column("a"));
  EXPECT_EQ(plain(a.values), (std::vector<double>{0, 1, 9}));
  EXPECT_EQ(a.levels, (std::vector<std::string>{"no", "yes"}));
  // The category's levels are in the order of the alphabet: case, control.
  const Outcome b = make_outcome(table.column("b"));
  EXPECT_EQ(plain(b.values), (std::vector<double>{0, 1, 1}));
  EXPECT_EQ(b.levels, (std::vector<std::string>{"control", "case"}));
}

TEST(Outcome, IsContinuousForManyNumbers) {
  const Outcome outcome = make_outcome(numbers({3, 4, 5, kNaN, 5}));
  EXPECT_EQ(outcome.kind, OutcomeKind::kContinuous);
  EXPECT_EQ(plain(outcome.values), (std::vector<double>{3, 4, 5, 9, 5}));
  EXPECT_EQ(outcome.coding, "a number from 3 to 5");
}

TEST(Outcome, CountsInfiniteNumbersAsMissing) {
  const double inf = std::numeric_limits<double>::infinity();
  const Outcome outcome = make_outcome(numbers({1.5, -inf, 3.5, 4.5}, FieldType::kNumber));
  EXPECT_EQ(plain(outcome.values), (std::vector<double>{1.5, 9, 3.5, 4.5}));
  EXPECT_EQ(outcome.coding, "a number from 1.5 to 4.5; 1 infinite value counts as missing");
}

TEST(Outcome, HasClassesForMoreThanTwoWords) {
  const Outcome outcome = make_outcome(words({"M4", "M1", "", "M3", "M1"}));
  EXPECT_EQ(outcome.kind, OutcomeKind::kMulticlass);
  EXPECT_EQ(outcome.levels, (std::vector<std::string>{"M1", "M3", "M4"}));
  EXPECT_EQ(plain(outcome.values), (std::vector<double>{2, 0, 9, 1, 0}));
  EXPECT_EQ(outcome.coding, "3 classes: M1, M3, M4");
}

TEST(Outcome, TakesTheKindThatIsStated) {
  EXPECT_EQ(make_outcome(numbers({3, 4, 5}), nullptr, OutcomeKind::kMulticlass).levels,
            (std::vector<std::string>{"3", "4", "5"}));
  EXPECT_EQ(make_outcome(numbers({1, 2}), nullptr, OutcomeKind::kContinuous).kind,
            OutcomeKind::kContinuous);
  EXPECT_EQ(plain(make_outcome(numbers({3, 7, 3}), nullptr, OutcomeKind::kBinary).values),
            (std::vector<double>{0, 1, 0}));
  EXPECT_EQ(make_outcome(numbers({0, 1, 2}), nullptr, OutcomeKind::kContinuous).kind,
            OutcomeKind::kContinuous);
}

TEST(Outcome, ReadsAnEventWithItsTime) {
  const Column time = time_of({10, 20, 30, 0, -5, kNaN});
  const Outcome outcome = make_outcome(numbers({1, 2, kNaN, 2, 1, 2}), &time);
  EXPECT_EQ(outcome.kind, OutcomeKind::kSurvival);
  EXPECT_EQ(plain(outcome.values), (std::vector<double>{0, 1, 9, 9, 9, 9}));
  EXPECT_EQ(plain(outcome.times), (std::vector<double>{10, 20, 9, 9, 9, 9}));
  EXPECT_EQ(outcome.coding, "1 = censored, 2 = event, time in days; 3 rows have no time above 0");
}

TEST(Outcome, ReadsAnEventInWords) {
  const Column time = time_of({1, 2, 3});
  const Outcome outcome = make_outcome(words({"dead", "alive", "dead"}), &time);
  EXPECT_EQ(outcome.values, (std::vector<double>{1, 0, 1}));
  EXPECT_EQ(outcome.coding, "alive = censored, dead = event, time in days");
  EXPECT_EQ(make_outcome(words({"dead", "dead", "dead"}), &time).values,
            (std::vector<double>{1, 1, 1}));
}

TEST(Outcome, RefusesTwoReadings) {
  EXPECT_ERROR_HINT(
      make_outcome(numbers({0, 1, 2})),
      base::MismatchError,
      "outcome 'y' has the values 0, 1, 2: 0 could mean missing, a class or an amount",
      "if 0 means missing, write it as NA; otherwise say what it is with --outcome-kind");
  EXPECT_ERROR_HINT(
      make_outcome(numbers({-9, 1, 2})),
      base::MismatchError,
      "outcome 'y' has the values -9, 1, 2: -9 could mean missing, a class or an amount",
      "if -9 means missing, write it as NA; otherwise say what it is with --outcome-kind");
  EXPECT_ERROR(make_outcome(numbers({-9, 0, 1})),
               base::MismatchError,
               "outcome 'y' has the values -9, 0, 1: -9 could mean missing, a class or an amount");
  EXPECT_ERROR_HINT(make_outcome(numbers({-9, 1})),
                    base::MismatchError,
                    "outcome 'y' has the two values -9, 1: they could be a coding or two amounts, "
                    "expected 0/1, 1/2 or two words",
                    "if -9 means missing, write it as NA");
  EXPECT_ERROR_HINT(make_outcome(numbers({3, 7})),
                    base::MismatchError,
                    "outcome 'y' has the two values 3, 7: they could be a coding or two amounts, "
                    "expected 0/1, 1/2 or two words",
                    "code it as 0 (control) and 1 (case), or say what it is with --outcome-kind");
  EXPECT_ERROR(make_outcome(words({"dead", "relapse"})),
               base::MismatchError,
               "outcome 'y' has the two words 'dead' and 'relapse': either could be the case");
  const Column time = time_of({1, 2, 3});
  EXPECT_ERROR(make_outcome(numbers({1, 1, 1}), &time),
               base::MismatchError,
               "event 'y' is 1 in every row: with 0/1 all had the event, with 1/2 none had it");
}

TEST(Outcome, RefusesOneClassOnly) {
  EXPECT_ERROR(make_outcome(numbers({1, 1, kNaN})),
               base::DegenerateError,
               "outcome 'y' is '1' wherever it is known: one class only");
  EXPECT_ERROR(make_outcome(numbers({kNaN, kNaN})),
               base::DegenerateError,
               "outcome 'y' has no value in 2 rows");
  const Column time = time_of({1, 2, 0});
  EXPECT_ERROR(make_outcome(numbers({0, 0, 0}), &time),
               base::DegenerateError,
               "event 'y' is '0' in every row: nobody had the event");
  EXPECT_ERROR(make_outcome(numbers({0, 0, 1}), &time),
               base::DegenerateError,
               "event 'y': nobody with a time above 0 in 'days' had the event");
  const Column none = time_of({0, kNaN, -1});
  EXPECT_ERROR(make_outcome(numbers({0, 0, 1}), &none),
               base::DegenerateError,
               "time 'days' has no value above 0 where event 'y' is known");
}

TEST(Outcome, RefusesColumnsThatCannotBeOne) {
  EXPECT_ERROR(make_outcome(numbers({1, 2}, FieldType::kDate)),
               base::MismatchError,
               "outcome 'y' holds dates, expected a class or a number");
  const Column time = time_of({1, 2, 3});
  EXPECT_ERROR_HINT(make_outcome(numbers({0, 1, 2}), &time),
                    base::MismatchError,
                    "event 'y' has 3 different values (0, 1, 2), expected two: censored and event",
                    "where several kinds of event are coded, make a column with 1 for the one of "
                    "interest and 0 for the rest");
  Column text = words({"1", "2"});
  text.field.name = "days";
  EXPECT_ERROR(make_outcome(numbers({0, 1}), &text),
               base::MismatchError,
               "time 'days' holds string values, expected numbers above 0");
  EXPECT_ERROR(make_outcome(numbers({0, 1, 2}), nullptr, OutcomeKind::kBinary),
               base::MismatchError,
               "outcome 'y' has 3 different values (0, 1, 2), expected two");
  EXPECT_ERROR(make_outcome(words({"a", "b"}), nullptr, OutcomeKind::kContinuous),
               base::MismatchError,
               "outcome 'y' holds words (a, b), expected numbers");
  EXPECT_ERROR(make_outcome(numbers({0, 1}), nullptr, OutcomeKind::kSurvival),
               base::UsageError,
               "outcome 'y': a survival outcome needs a time");
  std::vector<std::string> notes;
  for (int i = 0; i < 120; ++i) notes.push_back("note " + std::to_string(1000 + i));
  EXPECT_ERROR(make_outcome(words(notes)),
               base::MismatchError,
               "outcome 'y' has 120 different words, expected at most 100 classes, or numbers");
}

TEST(Outcome, KindsHaveNamesThatAreReadBack) {
  for (const auto kind : {OutcomeKind::kNone,
                          OutcomeKind::kBinary,
                          OutcomeKind::kMulticlass,
                          OutcomeKind::kContinuous,
                          OutcomeKind::kSurvival}) {
    EXPECT_EQ(parse_outcome_kind(to_string(kind)), kind);
  }
  EXPECT_ERROR(parse_outcome_kind("count"),
               base::MismatchError,
               "'count' is no kind of outcome, expected one of: none, binary, multiclass, "
               "continuous, survival");
}

TEST(Outcome, SelectsRowsOfValuesAndTimes) {
  const Column time = time_of({10, 20, 30});
  const std::vector<std::uint32_t> rows = {0, 2};
  const Outcome outcome = make_outcome(numbers({0, 1, 1}), &time).select_rows(rows);
  EXPECT_EQ(outcome.values, (std::vector<double>{0, 1}));
  EXPECT_EQ(outcome.times, (std::vector<double>{10, 30}));
  EXPECT_EQ(outcome.levels.size(), 2U);
}

}  // namespace
}  // namespace gcrisk::cohort
