// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "gcrisk/base/error.hpp"
#include "gcrisk/clinical/features.hpp"
#include "gcrisk/clinical/units.hpp"
#include "unit/expect_error.hpp"

namespace gcrisk::clinical {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Fact {
  const char* time;
  const char* code;
  double value = kNone;
  const char* text = "";
  const char* unit = "";
};

Record record_of(std::initializer_list<Fact> facts) {
  Record record;
  record.id = "p";
  for (const Fact& fact : facts) {
    record.events.push_back({fact.time[0] == '\0' ? Time{} : *parse_time(fact.time),
                             record.keep(fact.code),
                             fact.value,
                             record.keep(fact.text),
                             record.keep(fact.unit)});
  }
  std::sort(record.events.begin(), record.events.end(), precedes);
  return record;
}

Field field(const char* name, const char* unit = "", std::vector<std::string> levels = {}) {
  Field out;
  out.name = name;
  out.unit = unit;
  out.levels = std::move(levels);
  if (!out.levels.empty()) out.type = FieldType::kCategory;
  return out;
}

TEST(ModelFeatures, AreTheColumnsAskedForInTheirOrder) {
  const Record record = record_of({{"", "GENDER/male"},
                                   {"1950-01-01", "MEDS_BIRTH"},
                                   {"2009-12-22", "LAB/1", 4, "", "mg"},
                                   {"2008-01-01", "LAB/1", 10, "", "mg"},
                                   {"2009-01-01", "SMOKES", kNone, "never"},
                                   {"2009-05-01", "DX/new"}});
  FeatureSpace space({field("LAB/1:mean:ever", "mg"),
                      field("DX/1:count:ever"),
                      field("SMOKES:last:ever", "", {"daily", "never"}),
                      field("LAB/1:count:31d"),
                      field("GENDER", "", {"female", "male"}),
                      field("age_at_index")},
                     {});
  std::vector<double> row;
  space.fill(record, *parse_time("2010-01-01"), row);
  ASSERT_EQ(row.size(), 6U);
  EXPECT_EQ(row[0], 7);  // (4 + 10) / 2
  EXPECT_EQ(row[1], 0);  // a diagnosis of the model that this person does not have
  EXPECT_EQ(row[2], 1);
  EXPECT_EQ(row[3], 1);  // 22 December alone lies within 31 days
  EXPECT_EQ(row[4], 1);
  EXPECT_NEAR(row[5], 60, 0.01);
}

TEST(ModelFeatures, AreThoseOfTheFirstPassWhereTheyCameFromThere) {
  const Record record = record_of({{"", "GENDER/male"},
                                   {"1950-01-01", "MEDS_BIRTH"},
                                   {"2009-12-22", "LOINC/2160-0", 1.1, "", "mg/dL"},
                                   {"2008-01-01", "LOINC/2160-0", 99, "", "umol/L"},
                                   {"2009-01-01", "SMOKES", kNone, "never"},
                                   {"2009-05-01", "DX/new"}});
  const Time index = *parse_time("2010-01-01");
  CodeCensus census;
  census.add(record, index);
  FeatureOptions options;
  options.windows = {parse_window("ever"), parse_window("365d")};
  using enum Aggregate;
  options.aggregates = {kLast, kCount, kMin, kMax, kMean, kSlope};
  std::vector<RefusedUnits> refused;
  const UnitRules units = unify_units(census, refused);
  FeatureSpace made(census, options, {}, units);
  FeatureSpace again(made.fields(), units);
  std::vector<double> expected;
  std::vector<double> row;
  made.fill(record, index, expected);
  again.fill(record, index, row);
  ASSERT_EQ(row.size(), expected.size());
  ASSERT_GT(row.size(), 15U);
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (std::isnan(expected[c])) {
      EXPECT_TRUE(std::isnan(row[c])) << made.fields()[c].name;
    } else {
      EXPECT_EQ(row[c], expected[c]) << made.fields()[c].name;
    }
  }
}

TEST(ModelFeatures, ValuesComeInTheUnitOfTheModel) {
  // Whatever unit the new people's laboratory prefers: 88.4 umol/L of creatinine is 1 mg/dL.
  CodeCensus census;
  census.add(record_of({{"2009-12-22", "LAB/1", 2, "", "g"},
                        {"2009-12-23", "LAB/1", 3},
                        {"2009-12-22", "LOINC/2160-0", 88.4, "", "umol/L"}}),
             *parse_time("2010-01-01"));
  std::vector<RefusedUnits> refused;
  const UnitRules rules =
      unify_units(census, refused, {{"LAB/1", "mg"}, {"LOINC/2160-0", "mg/dL"}});
  EXPECT_TRUE(refused.empty());
  EXPECT_EQ(rules.at("LAB/1").unit, "mg");
  EXPECT_DOUBLE_EQ(rules.at("LAB/1").from.at("g").factor, 1000);
  EXPECT_DOUBLE_EQ(rules.at("LAB/1").from.at("").factor, 1);  // without a unit: the model's
  EXPECT_NEAR(rules.at("LOINC/2160-0").from.at("umol/L").factor * 88.4, 1, 1e-4);
  EXPECT_EQ(rules.at("LOINC/2160-0").maximum, 30);  // of what is plausible in mg/dL

  unify_units(census, refused, {{"LAB/1", "mmol/L"}});
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].code, "LAB/1");
}

TEST(ModelFeatures, AColumnThatNoEventCanGiveIsRefused) {
  EXPECT_ERROR(
      FeatureSpace({field("bmi"), field("LAB/1:last:ever"), field("LAB/1:median:ever")}, {}),
      base::MismatchError,
      "2 columns of the model cannot be made of events: bmi, LAB/1:median:ever; expected "
      "names such as LOINC/2160-0:last:365d");
  EXPECT_EQ(code_of_feature("LOINC/2160-0:last:365d"), "LOINC/2160-0");
  EXPECT_EQ(code_of_feature("HTTP://x:y/1:count:ever"), "HTTP://x:y/1");
  EXPECT_EQ(code_of_feature("age_at_index"), "");
  EXPECT_EQ(code_of_feature(":last:ever"), "");
}

}  // namespace
}  // namespace gcrisk::clinical
