// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "gcrisk/base/random.hpp"
#include "gcrisk/base/text.hpp"
#include "io/table_cells.hpp"
#include "io/table_columns.hpp"
#include "io/table_text.hpp"
#include "unit/expect_error.hpp"

namespace gcrisk::io {
namespace {

using clinical::FieldType;
using clinical::Table;

Table read(std::string_view text, const TableOptions& options = {}, TableReport* report = nullptr) {
  return read_table_text(text, "t", options, report);
}

// The whole table as text, for comparing at a glance: cells by '|', rows by '/'.
std::string flat(const Table& table) {
  std::string out = "ID";
  for (const auto& column : table.columns()) out += "|" + column.field.name;
  for (std::size_t row = 0; row < table.n_rows(); ++row) {
    out += "/" + table.ids()[row];
    for (const auto& column : table.columns()) out += "|" + clinical::format_cell(column, row);
  }
  return out;
}

std::string types(const Table& table) {
  std::string out;
  for (const auto& column : table.columns()) {
    out += (out.empty() ? "" : " ") + std::string(clinical::to_string(column.field.type));
  }
  return out;
}

struct Dialects {
  const char* text;
  const char* flat;
  const char* dialect;
};

TEST(TableReader, TellsTheDialectFromTheContent) {
  const std::vector<Dialects> cases = {
      {"IID,x,y\na,1,2\nb,3,4\n", "ID|x|y/a|1|2/b|3|4", "comma, UTF-8"},
      {"IID\tx\ty\na\t1\t2\n", "ID|x|y/a|1|2", "tab, UTF-8"},
      {"IID;x;y\na;1;2\n", "ID|x|y/a|1|2", "semicolon, UTF-8"},
      {"IID|x|y\na|1|2\n", "ID|x|y/a|1|2", "pipe, UTF-8"},
      {"IID  x y\na 1   2\n  b 3 4 \n", "ID|x|y/a|1|2/b|3|4", "spaces, UTF-8"},
      {"IID,x\r\na,1\r\nb,2", "ID|x/a|1/b|2", "comma, UTF-8"},
      {"IID,x\ra,1\rb,2\r", "ID|x/a|1/b|2", "comma, UTF-8"},
      {"\xEF\xBB\xBFIID,x\na,1\n", "ID|x/a|1", "comma, UTF-8"},
      {"IID,x\n\na,1\n\n\nb,2\n\n", "ID|x/a|1/b|2", "comma, UTF-8"},
      {"# made by hand\n# twice\nIID,x\na,1\n# end\n", "ID|x/a|1", "comma, comments, UTF-8"},
      {"##source=x\n#IID\tx\na\t1\n", "ID|x/a|1", "tab, comments, UTF-8"},
      {"#IID x\na 1\n", "ID|x/a|1", "spaces, UTF-8"},
      {"#FID IID x\nf a 1\n", "ID|x/a|1", "spaces, UTF-8"},
      {"FID\tIID\tx\nf\ta\t1\n", "ID|x/a|1", "tab, UTF-8"},
      {"sep=;\nIID;x\na;1\n", "ID|x/a|1", "semicolon, UTF-8"},
      {"IID;x\na;1,5\nb;2,25\n", "ID|x/a|1.5/b|2.25", "semicolon, decimal comma, UTF-8"},
      {"IID;x\na;1.5\nb;2,25\n", "ID|x/a|1.5/b|2,25", "semicolon, UTF-8"},
      {"x,y\na,1,2\nb,3,4\n", "ID|x|y/a|1|2/b|3|4", "comma, row names without a header, UTF-8"},
      {"IID,x\na,1,\nb,2,\n", "ID|x/a|1/b|2", "comma, UTF-8"},
      {"IID\na\nb\n", "ID/a/b", "tab, UTF-8"},
      {",x\na,1\nb,2\n", "ID|x/a|1/b|2", "comma, UTF-8"},
      {"IID\tname\na\tone, two\nb\tthree, four\n",
       "ID|name/a|one, two/b|three, four",
       "tab, UTF-8"},
  };
  for (const Dialects& one : cases) {
    TableReport report;
    EXPECT_EQ(flat(read(one.text, {}, &report)), one.flat) << one.text;
    EXPECT_EQ(report.dialect, one.dialect) << one.text;
  }
}

TEST(TableReader, UnderstandsQuotes) {
  const Table table = read(
      "\"IID\",\"a,b\",note\n"
      "\"p 1\",\"1\",\"say \"\"yes\"\"\"\n"
      "q, \"2\" ,\"two\nlines\"\n"
      "r,3,5\" tall\n");
  EXPECT_EQ(flat(table), "ID|a,b|note/p 1|1|say \"yes\"/q|2|two\nlines/r|3|5\" tall");
  EXPECT_EQ(types(table), "integer category");
}

TEST(TableReader, CountsLinesInsideQuotesForItsMessages) {
  EXPECT_ERROR(read("IID,x,y\na,\"1\n2\n3\",4\nb,5\n"),
               base::MalformedError,
               "t:5: the row has 2 cells, fewer than the header's 3");
}

TEST(TableReader, InfersTypesFromAllValues) {
  const Table table = read(
      "IID,zero_one,yes_no,whole,real,day,sex,code,big,none\n"
      "a,0,No,1,1.5,2020-02-29,M,007,9007199254740993,NA\n"
      "b,1,yes,2,-2e3,2021-01-01,F,010,1,\n"
      "c,NA,.,3,inf,nan,,100,2,.\n");
  EXPECT_EQ(types(table), "boolean boolean integer number date category category category number");
  EXPECT_EQ(table.column("zero_one").field.levels, (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(table.column("yes_no").field.levels, (std::vector<std::string>{"No", "yes"}));
  EXPECT_EQ(table.column("sex").field.levels, (std::vector<std::string>{"F", "M"}));
  EXPECT_EQ(table.column("sex").codes, (std::vector<std::int32_t>{1, 0, -1}));
  EXPECT_TRUE(std::isinf(table.column("real").numbers[2]));
  EXPECT_EQ(table.column("day").numbers[0], *clinical::parse_date("2020-02-29"));
  EXPECT_EQ(flat(table).substr(flat(table).find('/')),
            "/a|0|No|1|1.5|2020-02-29|M|007|9007199254740993|NA"
            "/b|1|yes|2|-2000|2021-01-01|F|010|1|NA"
            "/c|NA|NA|3|inf|NA|NA|100|2|NA");
}

TEST(TableReader, SeesCategoriesInFewWordsAndTextsInMany) {
  // At most max(20, 5 % of the rows) words: 20 of 400 rows are a category, 21 are texts.
  const auto words = [](int n_words) {
    std::string text = "IID,x\n";
    for (int i = 0; i < 400; ++i) {
      text += "p" + std::to_string(i) + ",w" + std::to_string(i % n_words) + "\n";
    }
    return types(read(text));
  };
  EXPECT_EQ(words(20), "category");
  EXPECT_EQ(words(21), "string");
}

TEST(TableReader, SingleLettersAloneAreNotBooleans) {
  EXPECT_EQ(types(read("IID,x\na,f\nb,f\n")), "category");
  EXPECT_EQ(types(read("IID,x\na,f\nb,t\n")), "boolean");
  EXPECT_EQ(types(read("IID,x\na,yes\nb,NA\n")), "boolean");
  EXPECT_EQ(types(read("IID,x\na,1\nb,1\n")), "integer");
}

TEST(TableReader, FindsAWordFarBehindTheNumbers) {
  // More than one block of rows: the type of a column depends on its last value too.
  std::string text = "IID,x,y\n";
  for (int i = 0; i < 100000; ++i) text += std::to_string(i) + ",12.50,1\n";
  text += "last,unknown,0\n";
  TableReport report;
  const Table table = read(text, {}, &report);
  EXPECT_EQ(types(table), "category boolean");
  EXPECT_EQ(table.column("x").field.levels, (std::vector<std::string>{"12.50", "unknown"}));
  EXPECT_EQ(report.rows, 100001U);
  ASSERT_EQ(report.remarks.size(), 1U);
  EXPECT_EQ(report.remarks[0],
            "column 'x' holds numbers and 1 words such as 'unknown': it is read as words; name "
            "the word with --missing or correct it");
}

TEST(TableReader, TakesCodesForMissing) {
  TableOptions options;
  options.extra_missing = {"-9", "unknown"};
  const Table table = read("IID,x,y\na,-9,unknown\nb,2,m\nc,3,m\n", options);
  EXPECT_EQ(flat(table), "ID|x|y/a|NA|NA/b|2|m/c|3|m");
  EXPECT_EQ(types(table), "integer category");
}

TEST(TableReader, NumbersRowsOnRequest) {
  TableOptions options;
  options.id_column = "none";
  EXPECT_EQ(flat(read("x,y\n5,6\n7,8\n", options)), "ID|x|y/1|5|6/2|7|8");
  options.id_column = "y";
  TableReport report;
  EXPECT_EQ(flat(read("x,y\n5,6\n7,8\n", options, &report)), "ID|x/6|5/8|7");
  EXPECT_EQ(report.id_column, "y");
}

TEST(TableReader, KeepsOneOfEachIdAndCountsTheOthers) {
  TableReport report;
  const Table table =
      read("IID,x,w\na,1,k\nb,NA,l\na,1,k\nb,2,l\nb,NA,l\nc,3,m\na,1,z\n", {}, &report);
  EXPECT_EQ(flat(table), "ID|x|w/a|1|k/b|NA|l/c|3|m");
  EXPECT_EQ(report.rows, 7U);
  EXPECT_EQ(report.duplicate_rows, 2U);      // the third and the fifth
  EXPECT_EQ(report.contradictory_rows, 2U);  // b with 2, a with z
  EXPECT_EQ(report.contradictory_ids, (std::vector<std::string>{"b", "a"}));
}

TEST(TableReader, GivesColumnsWithoutOrWithTheSameNameNamesOfTheirOwn) {
  EXPECT_EQ(flat(read("IID,x,,x\na,1,2,3\n")), "ID|x|column.3|x.2/a|1|2|3");
}

TEST(TableReader, TakesStatedTypesAndRefusesWhatBreaksThem) {
  TableOptions options;
  clinical::Field field;
  field.name = "x";
  field.type = FieldType::kNumber;
  field.minimum = 10;
  field.maximum = 80;
  options.fields = {field};
  EXPECT_EQ(types(read("IID,x\na,10\nb,80\n", options)), "number");
  EXPECT_ERROR_HINT(
      read("IID,x\na,20\nb,81\n", options),
      base::MalformedError,
      "t:3: column 'x': 81 is above the maximum 80",
      "correct it, name it as a missing value, or change the range in the dictionary");
  EXPECT_ERROR(read("IID,x\na,9.5\n", options),
               base::MalformedError,
               "t:2: column 'x': 9.5 is below the minimum 10");
  EXPECT_ERROR_HINT(read("IID,x\na,20\nb,> 89\n", options),
                    base::MalformedError,
                    "t:3: column 'x': '> 89' is not a number",
                    "correct it, name it as a missing value, or change the type in the dictionary");

  options.fields[0] = {};
  options.fields[0].name = "x";
  options.fields[0].type = FieldType::kInteger;
  EXPECT_ERROR(read("IID,x\na,1\nb,2.5\n", options),
               base::MalformedError,
               "t:3: column 'x': 2.5 is not a whole number");

  options.fields[0].type = FieldType::kCategory;
  options.fields[0].levels = {"low", "high"};
  EXPECT_EQ(read("IID,x\na,high\nb,low\n", options).column("x").codes,
            (std::vector<std::int32_t>{1, 0}));
  EXPECT_ERROR(read("IID,x\na,low\nb,middle\n", options),
               base::MalformedError,
               "t:3: column 'x': 'middle' stands here, expected one of: low, high");

  options.fields[0].type = FieldType::kBoolean;
  options.fields[0].levels = {"absent", "present"};
  EXPECT_EQ(read("IID,x\na,present\nb,absent\nc,NA\n", options).column("x").numbers[0], 1);
  EXPECT_ERROR(read("IID,x\na,perhaps\n", options),
               base::MalformedError,
               "t:2: column 'x': 'perhaps' stands here, expected one of: absent, present");

  options.fields[0].levels.clear();
  options.fields[0].type = FieldType::kDate;
  EXPECT_ERROR(read("IID,x\na,2020-01-01\nb,soon\n", options),
               base::MalformedError,
               "t:3: column 'x': 'soon' stands here, expected a date (%Y-%m-%d)");
  options.fields[0].date_format = "%d.%m.%Y";
  const Table table = read("IID,x\na,1.3.2020\n", options);
  EXPECT_EQ(table.column("x").numbers[0], 18322);
  EXPECT_EQ(table.column("x").field.date_format, "");

  options.fields[0].type = FieldType::kText;
  EXPECT_EQ(read("IID,x\na,0\nb,1\n", options).column("x").texts[1], "1");
}

TEST(TableReader, RefusesTextsThatAreNoTable) {
  EXPECT_ERROR_HINT(read("\xFF\xFEI"),
                    base::MalformedError,
                    "t: the text is UTF-16, expected UTF-8",
                    "convert it: iconv -f utf-16 -t utf-8");
  EXPECT_ERROR(read("IID,n\xE4me\na,1\n"),
               base::MalformedError,
               "t:1: byte 0xE4 is not UTF-8 text, expected UTF-8");
  EXPECT_ERROR(read("\n\n"), base::MalformedError, "t: the file holds no row, expected a header");
  EXPECT_ERROR(
      read("IID,\"x\na,1\n"), base::MalformedError, "t:1: a quote opens here and is never closed");
  EXPECT_ERROR(read("IID,x\n\"a\tb\",1\n"),
               base::MalformedError,
               "t:2: the sample ID holds a tab or a line end, expected a word");
  TableOptions options;
  options.id_column = "patient";
  EXPECT_ERROR_HINT(read("IID,x\na,1\n", options),
                    base::MismatchError,
                    "t: no column is called 'patient', which --id-column names",
                    "the first columns are: IID, x");
}

TEST(TableReader, GivesTheSameOnAnyNumberOfThreads) {
  base::Random random(5, "table");
  std::string text = "IID,a,b,c,d\n";
  for (int i = 0; i < 60000; ++i) {
    text += "p" + std::to_string(i % 59000) + "," + base::format_exact(random.normal()) + "," +
            std::to_string(random.below(1000)) + ",w" + std::to_string(random.below(50)) + ",\"n," +
            std::to_string(random.below(7)) + "\"\n";
  }
  TableReport one;
  TableReport three;
  const Table alone = read(text, {}, &one);
  base::ThreadPool pool(3);
  TableOptions options;
  options.threads = &pool;
  const Table together = read(text, options, &three);
  EXPECT_EQ(flat(alone), flat(together));
  EXPECT_EQ(one.contradictory_rows, 1000U);
  EXPECT_EQ(three.contradictory_rows, 1000U);
  EXPECT_EQ(one.contradictory_ids, three.contradictory_ids);
}

TEST(ParseCell, RoundsAsTheStandardLibraryDoes) {
  base::Random random(1, "numbers");
  for (int i = 0; i < 200000; ++i) {
    std::string text = random.below(2) == 0 ? "-" : "";
    text += std::to_string(random.below(random.below(2) == 0 ? 1000 : 1000000000));
    text += "." + std::to_string(random.bits64() >> random.below(64));
    if (random.below(8) == 0) text += "e" + std::to_string(static_cast<int>(random.below(60)) - 30);
    double value = 0;
    ASSERT_EQ(parse_cell(text, false, value), NumberKind::kFraction) << text;
    ASSERT_EQ(value, std::strtod(text.c_str(), nullptr)) << text;
  }
}

TEST(ParseCell, KnowsNumbersFromCodes) {
  double value = 0;
  for (const char* text : {"0", "-1", "77", "123456789012345678", "9007199254740992"}) {
    const bool exact = std::string(text).size() < 17;
    EXPECT_EQ(parse_cell(text, false, value), exact ? NumberKind::kInteger : NumberKind::kNone)
        << text;
  }
  for (const char* text :
       {"0.5", ".5", "5.", "1e3", "-1E-3", "inf", "-Inf", "0.10", "1.0", "+7", "-0"}) {
    EXPECT_EQ(parse_cell(text, false, value), NumberKind::kFraction) << text;
  }
  for (const char* text : {"",
                           "-",
                           "+",
                           ".",
                           "-.",
                           "007",
                           "00.5",
                           "1,5",
                           "1.2.3",
                           "nan",
                           "0x10",
                           "1e",
                           "abc",
                           "12a",
                           "--1",
                           "1 2",
                           "9007199254740993"}) {
    EXPECT_EQ(parse_cell(text, false, value), NumberKind::kNone) << text;
  }
  EXPECT_EQ(parse_cell("1,5", true, value), NumberKind::kFraction);
  EXPECT_EQ(value, 1.5);
  EXPECT_EQ(parse_cell("1,5e2", true, value), NumberKind::kFraction);
  EXPECT_EQ(value, 150);
  EXPECT_EQ(parse_cell("1.5", true, value), NumberKind::kNone);
}

TEST(ParseDateAs, ReadsOtherOrders) {
  const double march_first = 18322;
  EXPECT_EQ(parse_date_as("2020-03-01", ""), march_first);
  EXPECT_EQ(parse_date_as("01/03/2020", "%d/%m/%Y"), march_first);
  EXPECT_EQ(parse_date_as("3/1/2020", "%m/%d/%Y"), march_first);
  EXPECT_EQ(parse_date_as("1-Mar-20", "%d-%b-%y"), march_first);
  EXPECT_EQ(parse_date_as("20200301", "%Y%m%d"), march_first);
  EXPECT_EQ(parse_date_as("2020-03-01 12:30:59", "%Y-%m-%d %H:%M:%S"), march_first);
  EXPECT_EQ(parse_date_as("31/02/2020", "%d/%m/%Y"), std::nullopt);
  EXPECT_EQ(parse_date_as("1/3/2020x", "%d/%m/%Y"), std::nullopt);
  EXPECT_EQ(parse_date_as("1-Foo-20", "%d-%b-%y"), std::nullopt);
  EXPECT_EQ(parse_date_as("1/3", "%d/%m"), std::nullopt);
}

TEST(Utf8, IsCheckedAsTheStandardSays) {
  constexpr auto kNone = std::string_view::npos;
  EXPECT_EQ(find_invalid_utf8("plain text of more than eight"), kNone);
  EXPECT_EQ(find_invalid_utf8("M\xC3\xBCller \xE2\x82\xAC \xF0\x9F\xA7\xAC"), kNone);
  EXPECT_EQ(find_invalid_utf8("abcdefgh\xFC"), 8U);
  EXPECT_EQ(find_invalid_utf8("\xC0\x80"), 0U);          // overlong
  EXPECT_EQ(find_invalid_utf8("a\xE0\x80\x80"), 1U);     // overlong
  EXPECT_EQ(find_invalid_utf8("\xED\xA0\x80"), 0U);      // a surrogate
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0U);  // above U+10FFFF
  EXPECT_EQ(find_invalid_utf8("\xE2\x82"), 0U);          // cut off
  EXPECT_EQ(find_invalid_utf8("\x80"), 0U);
}

TEST(CellBlock, AgreesWithASlowReaderOnRandomText) {
  // Random rows of hard cells; what stands in the file is known cell by cell.
  const std::vector<std::pair<std::string, std::string>> cells = {
      {"", ""},
      {"a", "a"},
      {" b ", "b"},
      {"\"\"", ""},
      {"\"c,d\"", "c,d"},
      {"\"e\nf\"", "e\nf"},
      {"\"g\"\"h\"", "g\"h"},
      {" \"i\" ", "i"},
      {"j\"k", "j\"k"},
      {"\"\"\"\"", "\""},
  };
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    base::Random random(seed, "cells");
    std::string text = "x,y,z\n";
    std::vector<std::string> expected;
    const std::size_t n_rows = 1 + random.below(6);
    for (std::size_t row = 0; row < n_rows; ++row) {
      for (int column = 0; column < 3; ++column) {
        const auto& [written, meant] = cells[random.below(cells.size())];
        text += (column == 0 ? "" : ",") + written;
        expected.push_back(meant);
      }
      text += random.below(2) == 0 ? "\n" : "\r\n";
    }
    const TableText table(text, "t", nullptr);
    std::vector<std::string> found;
    for (std::size_t i = 0; i < table.n_blocks(); ++i) {
      const CellBlock block = table.block(i);
      for (std::size_t row = 0; row < block.n_rows(); ++row) {
        for (std::size_t column = 0; column < 3; ++column) {
          found.emplace_back(block.cell(row, column));
        }
      }
    }
    ASSERT_EQ(found, expected) << "seed " << seed << ": " << text;
  }
}

TEST(CellBlock, FindsTheCellsOfRegularRowsManyBytesAtATime) {
  // Without quotes; a blank line somewhere makes the reader go cell by cell, with the same result.
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    base::Random random(seed, "regular");
    std::string text = "x,y,z\n";
    std::vector<std::string> expected;
    const bool blank = random.below(2) == 0;
    const std::size_t n_rows = 2 + random.below(60);
    for (std::size_t row = 0; row < n_rows; ++row) {
      if (blank && row == n_rows / 2) text += "\n";
      for (int column = 0; column < 3; ++column) {
        const std::string meant = std::string(random.below(9), 'v') + std::to_string(row);
        text += (column == 0 ? "" : ",") + std::string(random.below(3), ' ') + meant +
                std::string(random.below(3), ' ');
        expected.push_back(meant);
      }
      if (row + 1 < n_rows || random.below(2) == 0) text += random.below(2) == 0 ? "\n" : "\r\n";
    }
    const TableText table(text, "t", nullptr);
    ASSERT_EQ(table.n_blocks(), 1U);
    const CellBlock block = table.block(0);
    std::vector<std::string> found;
    for (std::size_t row = 0; row < block.n_rows(); ++row) {
      for (std::size_t column = 0; column < 3; ++column) {
        found.emplace_back(block.cell(row, column));
      }
      const std::string line = text.substr(block.row_begin(row), 40);
      ASSERT_EQ(line.find(expected[3 * row]), line.find_first_not_of(' ')) << "seed " << seed;
    }
    ASSERT_EQ(found, expected) << "seed " << seed << ": " << text;
    ASSERT_EQ(block.n_skipped(), blank ? 1U : 0U);
  }
}

}  // namespace
}  // namespace gcrisk::io
