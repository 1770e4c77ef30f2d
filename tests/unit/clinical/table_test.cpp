// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "unit/expect_error.hpp"

namespace gcrisk::clinical {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

Column number(std::string name, std::vector<double> values, FieldType type = FieldType::kNumber) {
  Column column;
  column.field.name = std::move(name);
  column.field.type = type;
  column.numbers = std::move(values);
  return column;
}

Table small_table() {
  Table table({"a", "b", "c"});
  table.add(number("age", {51.5, kNaN, 1234567.25}));
  Column sex;
  sex.field.name = "sex";
  sex.field.type = FieldType::kCategory;
  sex.field.levels = {"f", "m"};
  sex.codes = {1, -1, 0};
  table.add(sex);
  Column note;
  note.field.name = "note";
  note.field.type = FieldType::kText;
  note.texts = {"x", "", "z"};
  table.add(note);
  return table;
}

TEST(Table, KnowsWhatIsMissing) {
  const Table table = small_table();
  for (const Column& column : table.columns()) {
    EXPECT_FALSE(column.is_missing(0)) << column.field.name;
    EXPECT_TRUE(column.is_missing(1)) << column.field.name;
    EXPECT_EQ(column.n_rows(), 3U);
  }
}

TEST(Table, SelectsRowsOfEveryKindOfColumn) {
  const std::vector<std::uint32_t> rows = {0, 2};
  const Table some = small_table().select_rows(rows);
  EXPECT_EQ(some.ids(), (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(some.column("age").numbers, (std::vector<double>{51.5, 1234567.25}));
  EXPECT_EQ(some.column("sex").codes, (std::vector<std::int32_t>{1, 0}));
  EXPECT_EQ(some.column("note").texts, (std::vector<std::string>{"x", "z"}));
  EXPECT_EQ(some.column("sex").field.levels, (std::vector<std::string>{"f", "m"}));
}

TEST(Table, SelectsNoRowsAtAll) {
  const Table none = small_table().select_rows({});
  EXPECT_EQ(none.n_rows(), 0U);
  EXPECT_EQ(none.n_columns(), 3U);
}

TEST(Table, FindsColumnsAndNamesTheNearest) {
  const Table table = small_table();
  EXPECT_EQ(table.find("height"), nullptr);
  EXPECT_ERROR_HINT(table.column("agee"),
                    base::MismatchError,
                    "no column is called 'agee' among the 3 of the table",
                    "did you mean age?");
}

TEST(Table, RefusesColumnsThatDoNotFit) {
  Table table = small_table();
  EXPECT_ERROR(table.add(number("age", {1, 2, 3})),
               base::MismatchError,
               "column 'age' stands twice in the table");
  EXPECT_ERROR(table.add(number("bmi", {1, 2})),
               base::MismatchError,
               "column 'bmi' has 2 rows, the table has 3");
}

TEST(Table, RemovesAColumn) {
  Table table = small_table();
  table.remove("sex");
  EXPECT_EQ(table.n_columns(), 2U);
  EXPECT_EQ(table.find("sex"), nullptr);
}

TEST(Cell, IsShownAsPeopleReadIt) {
  const Table table = small_table();
  EXPECT_EQ(format_cell(table.column("age"), 0), "51.5");
  EXPECT_EQ(format_cell(table.column("age"), 1), "NA");
  EXPECT_EQ(format_cell(table.column("age"), 2), "1.23457e+06");  // 6 significant digits
  EXPECT_EQ(format_cell(table.column("sex"), 0), "m");
  EXPECT_EQ(format_cell(table.column("sex"), 1), "NA");
  EXPECT_EQ(format_cell(table.column("note"), 2), "z");
  EXPECT_EQ(format_cell(number("n", {1234567}, FieldType::kInteger), 0), "1234567");
  EXPECT_EQ(format_cell(number("d", {18322}, FieldType::kDate), 0), "2020-03-01");
  Column yes = number("b", {1, 0}, FieldType::kBoolean);
  EXPECT_EQ(format_cell(yes, 0), "1");
  yes.field.levels = {"no", "yes"};
  EXPECT_EQ(format_cell(yes, 0), "yes");
  EXPECT_EQ(format_cell(yes, 1), "no");
}

TEST(Date, IsDaysSince1970) {
  EXPECT_EQ(parse_date("1970-01-01"), 0);
  EXPECT_EQ(parse_date("1969-12-31"), -1);
  // 50 years with 12 leap days (1972 … 2016), then 31 + 29 days of 2020: 18262 + 60.
  EXPECT_EQ(parse_date("2020-03-01"), 18322);
  EXPECT_EQ(parse_date("2020-03-01T12:30:00Z"), 18322);
  EXPECT_EQ(format_date(18322), "2020-03-01");
  EXPECT_EQ(format_date(-1), "1969-12-31");
  EXPECT_EQ(format_date(kNaN), "NA");
}

TEST(Date, IsReadBackForEveryDayOfFourCenturies) {
  for (int day = -73000; day < 73000; ++day) {
    const auto back = parse_date(format_date(day));
    ASSERT_TRUE(back.has_value()) << day;
    ASSERT_EQ(*back, day);
  }
}

TEST(Date, RefusesWhatIsNone) {
  for (const char* text : {"2021-02-29",
                           "2020-13-01",
                           "2020-00-10",
                           "2020-1-1",
                           "20200101",
                           "",
                           "2020-01-01x",
                           "2020/01/01",
                           "abcd-ef-gh"}) {
    EXPECT_FALSE(parse_date(text).has_value()) << text;
  }
}

TEST(FieldType, HasTheNamesOfTheDictionary) {
  EXPECT_EQ(to_string(FieldType::kNumber), "number");
  EXPECT_EQ(to_string(FieldType::kInteger), "integer");
  EXPECT_EQ(to_string(FieldType::kBoolean), "boolean");
  EXPECT_EQ(to_string(FieldType::kCategory), "category");
  EXPECT_EQ(to_string(FieldType::kDate), "date");
  EXPECT_EQ(to_string(FieldType::kText), "string");
}

}  // namespace
}  // namespace gcrisk::clinical
