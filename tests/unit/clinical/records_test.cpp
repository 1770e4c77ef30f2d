// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "gcrisk/base/error.hpp"
#include "gcrisk/clinical/features.hpp"
#include "gcrisk/clinical/population.hpp"
#include "gcrisk/clinical/record_maker.hpp"
#include "gcrisk/clinical/roll_up.hpp"
#include "gcrisk/clinical/units.hpp"
#include "unit/expect_error.hpp"

namespace gcrisk::clinical {
namespace {

Time at(const char* text) { return *parse_time(text); }

struct Fact {
  const char* time;
  const char* code;
  double value = std::numeric_limits<double>::quiet_NaN();
  const char* text = "";
  const char* unit = "";
};

Record record_of(const char* id, std::initializer_list<Fact> facts) {
  Record record;
  record.id = id;
  for (const Fact& fact : facts) {
    record.events.push_back({fact.time[0] == '\0' ? Time{} : at(fact.time),
                             record.keep(fact.code),
                             fact.value,
                             record.keep(fact.text),
                             record.keep(fact.unit)});
  }
  std::sort(record.events.begin(), record.events.end(), precedes);
  return record;
}

TEST(EventSorter, BringsPeopleTogetherWhateverTheMemory) {
  // 3,000 events of 50 people in mixed order; one sorter holds all, the other must put aside
  // (a piece is at least 1 MiB: the events are made long).
  EventBlock block;
  const std::string text(1000, 'x');
  for (int i = 0; i < 3000; ++i) {
    RawEvent event;
    const std::string id = "p" + std::to_string(i * 7919 % 50);
    event.subject = id;
    event.code = "C/1";
    event.time = {i, Precision::kSecond};
    event.text = text;
    block.add(event);
  }
  EventSorter large(std::filesystem::temp_directory_path(), std::size_t{64} << 20);
  EventSorter small(std::filesystem::temp_directory_path(), 1);
  large.add(block);
  small.add(block);
  EXPECT_EQ(large.bytes_spilled(), 0U);
  PackedPerson a;
  PackedPerson b;
  for (int pass = 0; pass < 2; ++pass) {
    std::size_t people = 0;
    std::string last;
    while (large.next(a)) {
      ASSERT_TRUE(small.next(b));
      EXPECT_EQ(a.id, b.id);
      EXPECT_LT(last, a.id);
      EXPECT_EQ(a.events.size(), 60U);
      EXPECT_EQ(b.events.size(), 60U);
      last = a.id;
      ++people;
    }
    EXPECT_FALSE(small.next(b));
    EXPECT_EQ(people, 50U);
    EXPECT_GT(small.bytes_spilled(), 0U);
    large.rewind();
    small.rewind();
  }
}

TEST(IndexDate, ADayIsNotBeforeAMomentWithinIt) {
  EXPECT_TRUE(is_before(at("2011-04-13"), at("2011-04-14T10:00:00")));
  EXPECT_FALSE(is_before(at("2011-04-14"), at("2011-04-14T10:00:00")));
  EXPECT_TRUE(is_before(at("2011-04-14T09:59:59"), at("2011-04-14T10:00:00")));
  EXPECT_FALSE(is_before(at("2011"), at("2011-04-14")));  // any day of the year
  EXPECT_FALSE(is_before(Time{}, at("2011-04-14")));
}

TEST(IndexDate, TheGuardRefusesWhatIsNotBefore) {
  const Record record = record_of("p1", {{"2011-04-14", "C/1"}});
  require_before("p1", record.events[0], at("2011-04-15"));
  EXPECT_ERROR(
      require_before("p1", record.events[0], at("2011-04-14")),
      base::MismatchError,
      "a feature of 'p1' is dated at or after the index date: C/1 of 2011-04-14, the index is "
      "2011-04-14");
}

TEST(IndexDate, RulesFindTheirMoment) {
  const Record record = record_of(
      "p1", {{"", "GENDER/male"}, {"2001-01-01", "A/1"}, {"2003-01-01", "B/1"}, {"2005", "A/1"}});
  EXPECT_EQ(format_time(*IndexRule::parse("first:B/1|A/9").index_of(record)), "2003-01-01");
  EXPECT_EQ(format_time(*IndexRule::parse("last-event").index_of(record)), "2005");
  EXPECT_EQ(format_time(*IndexRule::parse("2002-05-06").index_of(record)), "2002-05-06");
  EXPECT_FALSE(IndexRule::parse("first:Z/1").index_of(record));
  EXPECT_ERROR(IndexRule::parse("yesterday"),
               base::UsageError,
               "--index-date yesterday: expected a file, first:CODE, last-event, or a date "
               "(YYYY-MM-DD)");
}

TEST(Features, AreWorkedOutFromWhatIsBeforeTheIndex) {
  const Record record = record_of("p1",
                                  {{"1950-01-01", "MEDS_BIRTH"},
                                   {"", "GENDER/female"},
                                   {"2009-12-22", "LAB/1", 1, "", "mg/dL"},
                                   {"2010-01-01", "LAB/1", 4, "", "mg/dL"},
                                   {"2010-01-11", "LAB/1", 6, "", "mg/dL"},
                                   {"2010-01-21", "LAB/1", 11, "", "mg/dL"},
                                   {"2010-02-01", "LAB/1", 99, "", "mg/dL"},
                                   {"2010-01-05", "DX/1"},
                                   {"2010-01-06", "WORD/1", NAN, "never"}});
  const Time index = at("2010-02-01");
  CodeCensus census;
  census.add(record, index);
  EXPECT_EQ(census.at_or_after_index, 1U);
  FeatureOptions options;
  options.windows = {parse_window("ever"), parse_window("31d")};
  using enum Aggregate;
  options.aggregates = {kLast, kCount, kMin, kMax, kMean, kSlope};
  FeatureSpace space(census, options, {}, {});
  std::vector<double> row;
  space.fill(record, index, row);
  std::map<std::string, double> by_name;
  for (std::size_t c = 0; c < row.size(); ++c) by_name[space.fields()[c].name] = row[c];
  // 60 years with 15 leap days from 1950 to 2010, and 31 days: 60 * 365 + 15 + 31 = 21,946 days;
  // a day of birth counts from its middle.
  EXPECT_NEAR(by_name["age_at_index"], (21946 - 0.5) / 365.25, 1e-4);
  EXPECT_EQ(by_name["GENDER"], 0);
  EXPECT_EQ(by_name["LAB/1:last:ever"], 11);
  EXPECT_EQ(by_name["LAB/1:count:ever"], 4);
  EXPECT_EQ(by_name["LAB/1:count:31d"], 3);
  EXPECT_EQ(by_name["LAB/1:min:ever"], 1);
  EXPECT_EQ(by_name["LAB/1:min:31d"], 4);
  EXPECT_EQ(by_name["LAB/1:max:31d"], 11);
  EXPECT_EQ(by_name["LAB/1:mean:31d"], 7);
  // Days 0, 10, 20 and values 4, 6, 11: sum of t*v around the means is 10 * (11 - 4) = 70 over
  // 2 * 100.
  EXPECT_NEAR(by_name["LAB/1:slope:31d"], 0.35, 1e-12);
  EXPECT_EQ(by_name["DX/1:count:ever"], 1);
  EXPECT_EQ(by_name["WORD/1:last:ever"], 0);
  EXPECT_FALSE(by_name.contains("DX/1:last:ever"));
  // The latest event in a feature is that of 21 January, whose day ends 10 days and a second
  // before the index.
  EXPECT_EQ(space.last_gap(), 10 * 86400 + 1);
}

TEST(Features, ACountOfNothingIsZeroAndAValueOfNothingIsMissing) {
  CodeCensus census;
  const Record with = record_of("a", {{"2009-12-22", "LAB/1", 1}});
  const Record without = record_of("b", {{"2009-12-22", "DX/1"}});
  census.add(with, at("2010-01-01"));
  census.add(without, at("2010-01-01"));
  FeatureSpace space(census, {}, {}, {});
  std::vector<double> row;
  space.fill(without, at("2010-01-01"), row);
  ASSERT_EQ(space.fields()[1].name, "LAB/1:last:ever");
  EXPECT_TRUE(std::isnan(row[1]));
  ASSERT_EQ(space.fields()[2].name, "LAB/1:count:ever");
  EXPECT_EQ(row[2], 0);
}

TEST(Features, RareCodesAndThoseBeyondTheLimitAreLeftOut) {
  CodeCensus census;
  for (int i = 0; i < 10; ++i) {
    census.add(i == 0 ? record_of("a", {{"2009-01-01", "DX/1"}, {"2009-01-01", "DX/2"}})
                      : record_of("b", {{"2009-01-01", "DX/2"}, {"2009-01-01", "DX/3"}}),
               at("2010-01-01"));
  }
  FeatureOptions options;
  options.min_prevalence = 0.2;
  EXPECT_EQ(FeatureSpace(census, options, {}, {}).rare_codes(), 1U);
  options.max_features = 1;
  FeatureSpace space(census, options, {}, {});
  ASSERT_EQ(space.fields().size(), 1U);
  EXPECT_EQ(space.fields()[0].name, "DX/2:count:ever");
  EXPECT_EQ(space.beyond_limit(), 1U);
}

TEST(Units, ConvertWithinADimension) {
  EXPECT_DOUBLE_EQ(convert("g/L", "mg/dL")->factor, 100);
  EXPECT_DOUBLE_EQ(convert("mmHg", "kPa")->factor, 0.133322);
  EXPECT_NEAR(convert("K/uL", "10*9/L")->factor, 1, 1e-12);
  EXPECT_NEAR(convert("mEq/L", "mmol/l")->factor, 1, 1e-12);  // UCUM: 1 eq = 1 mol
  EXPECT_DOUBLE_EQ(convert("[lb_av]", "kg")->factor, 0.45359237);
  const auto temperature = convert("[degF]", "Cel");
  EXPECT_NEAR(temperature->factor * 98.6 + temperature->offset, 37, 1e-9);
  EXPECT_FALSE(convert("mg/dL", "mmol/L"));
  EXPECT_FALSE(convert("U/L", "[iU]/mL"));
  EXPECT_DOUBLE_EQ(convert("IU/L", "U/L")->factor, 1);  // enzymes, as wards write them
  EXPECT_FALSE(convert("{score}x", "kg"));
}

TEST(Units, AMolarMassJoinsMassAndAmount) {
  // Creatinine: 1 mg/dL is 10 mg/L over 113.12 g/mol = 88.4 umol/L.
  EXPECT_NEAR(convert("mg/dL", "umol/L", 113.12)->factor, 88.40, 0.005);
  // Glucose: 5.55 mmol/L * 180.156 g/mol is 100 mg/dL.
  EXPECT_NEAR(convert("mmol/L", "mg/dL", 180.156)->factor * 5.55, 99.99, 0.01);
}

TEST(Units, MixedUnitsOfOneCodeBecomeOneOrAreListed) {
  CodeCensus census;
  census.add(record_of("a",
                       {{"2009-01-01", "LOINC/2160-0", 1.0, "", "mg/dL"},
                        {"2009-01-02", "LOINC/2160-0", 88.4, "", "umol/L"},
                        {"2009-01-03", "LOINC/2160-0", 500, "", "mg/dL"},
                        {"2009-01-01", "LAB/x", 1, "", "mg/dL"},
                        {"2009-01-02", "LAB/x", 1, "", "{score}"}}),
             at("2010-01-01"));
  std::vector<RefusedUnits> refused;
  const UnitRules rules = unify_units(census, refused);
  EXPECT_EQ(rules.at("LOINC/2160-0").unit, "mg/dL");
  EXPECT_NEAR(rules.at("LOINC/2160-0").from.at("umol/L").factor * 88.4, 1, 1e-4);
  EXPECT_EQ(rules.at("LOINC/2160-0").maximum, 30);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].code, "LAB/x");
  EXPECT_EQ(refused[0].text, "mg/dL (1), {score} (1)");
}

TEST(RollUp, TheLongestBeginningWins) {
  RollUp groups;
  groups.add("ICD10/I*", "CHAPTER/IX", "f:1");
  groups.add("ICD10/I6*", "BLOCK/I60-I69", "f:2");
  groups.add("ICD10/I63.9", "STROKE", "f:3");
  EXPECT_EQ(groups.group_of("ICD10/I21.0"), "CHAPTER/IX");
  EXPECT_EQ(groups.group_of("ICD10/I61"), "BLOCK/I60-I69");
  EXPECT_EQ(groups.group_of("ICD10/I63.9"), "STROKE");
  EXPECT_EQ(groups.group_of("ICD10/J45"), "ICD10/J45");
  EXPECT_ERROR(groups.add("ICD10/I*", "OTHER", "f:9"),
               base::MismatchError,
               "f:9: 'ICD10/I' belongs to 'CHAPTER/IX' and to 'OTHER', expected one group");
}

PopulationSettings settings() {
  PopulationSettings out;
  out.outcome_codes = {"DX/out"};
  return out;
}

Exclusion exclusion_of(std::initializer_list<Fact> facts, const PopulationSettings& s) {
  return judge(record_of("p", facts), IndexRule::parse("2010-01-01"), s).exclusion;
}

TEST(Population, AsksTheQuestionsOfOhdsiInTheirOrder) {
  const auto s = settings();
  using enum Exclusion;
  EXPECT_EQ(exclusion_of({{"2000-01-01", "A"}, {"2012-01-01", "A"}}, s), kNone);
  EXPECT_EQ(exclusion_of({{"2011-01-01", "A"}}, s), kOutsideObservation);
  EXPECT_EQ(exclusion_of({{"2000-01-01", "A"}, {"2001-01-01", "DX/out"}, {"2012-01-01", "A"}}, s),
            kPriorOutcome);
  EXPECT_EQ(exclusion_of({{"2000-01-01", "A"}, {"2010-06-01", "A"}}, s), kShortTimeAtRisk);
  // An outcome makes up for short follow-up.
  EXPECT_EQ(exclusion_of({{"2000-01-01", "A"}, {"2010-06-01", "DX/out"}}, s), kNone);
  EXPECT_EQ(exclusion_of({{"2000-01-01", "A"}, {"2010", "DX/out"}, {"2012-01-01", "A"}}, s),
            kUndatedOutcome);
  auto washed = s;
  washed.washout_days = 365;
  EXPECT_EQ(exclusion_of({{"2009-06-01", "A"}, {"2012-01-01", "A"}}, washed), kWashout);
  EXPECT_EQ(exclusion_of({{"2009-01-01", "A"}, {"2012-01-01", "A"}}, washed), kNone);
}

TEST(Population, AnObservationPeriodCountsBeforeEvents) {
  const auto s = settings();
  EXPECT_EQ(exclusion_of({{"2000-01-01", "A"},
                          {"2012-01-01", "A"},
                          {"2005-01-01", "OBSERVATION_PERIOD"},
                          {"2009-01-01", "OBSERVATION_PERIOD//END"}},
                         s),
            Exclusion::kOutsideObservation);
}

TEST(Population, TheOutcomeIsTheFirstWithinTheTimeAtRisk) {
  const auto s = settings();
  const auto judge_one = [&](const char* day) {
    return judge(record_of("p", {{"2000-01-01", "A"}, {day, "DX/out"}, {"2020-01-01", "A"}}),
                 IndexRule::parse("2010-01-01"),
                 s);
  };
  EXPECT_TRUE(judge_one("2010-01-02").outcome);
  EXPECT_EQ(judge_one("2010-01-02").time_days, 1);
  EXPECT_TRUE(judge_one("2011-01-01").outcome);   // day 365
  EXPECT_FALSE(judge_one("2011-01-02").outcome);  // day 366
  // On the day of the index itself it is no outcome after it.
  EXPECT_EQ(judge_one("2010-01-01").exclusion, Exclusion::kPriorOutcome);
}

TEST(Population, AttritionAddsUp) {
  Attrition attrition;
  attrition.add({Exclusion::kNone, {}, true, 1});
  attrition.add({Exclusion::kNoIndex, {}, false, 0});
  attrition.add({Exclusion::kPriorOutcome, {}, true, 0});
  const auto rows = attrition.rows();
  EXPECT_EQ(rows.front().people, 3U);
  EXPECT_EQ(rows[1].people, 2U);
  EXPECT_EQ(rows[4].removed, 1U);
  EXPECT_EQ(rows.back().people, 1U);
  EXPECT_EQ(rows.back().outcomes, 1U);
}

}  // namespace
}  // namespace gcrisk::clinical
