// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "io/csv_pieces.hpp"

#include <gtest/gtest.h>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/random.hpp"
#include "io/line_count.hpp"
#include "unit/expect_error.hpp"

namespace gcrisk::io {
namespace {

using Row = std::vector<std::string>;

std::vector<Row> rows_of(std::string_view text, char separator = ',') {
  CsvPiece piece;
  piece.text.assign(text);
  CsvRows rows(piece, separator);
  std::vector<Row> out;
  while (rows.next()) {
    Row row = {std::to_string(rows.line())};
    for (std::size_t c = 0; c < rows.size(); ++c) row.emplace_back(rows[c]);
    out.push_back(row);
  }
  return out;
}

TEST(CsvRows, CellsEndAtSeparatorsAndLines) {
  EXPECT_EQ(rows_of("a,,c\r\n\n\r\n1,2\n,"),
            (std::vector<Row>{{"1", "a", "", "c"}, {"4", "1", "2"}, {"5", "", ""}}));
  EXPECT_EQ(rows_of("a,\"b \"\"x\"\", \n\",c\nd\n"),
            (std::vector<Row>{{"1", "a", "b \"x\", \n", "c"}, {"3", "d"}}));
  EXPECT_EQ(rows_of("a\t\"b\tc\n", '\t'), (std::vector<Row>{{"1", "a", "\"b", "c"}}));
  EXPECT_TRUE(rows_of("").empty());
  EXPECT_TRUE(rows_of("\n\n").empty());
}

TEST(CsvRows, FindsTheSameCellsWithAndWithoutQuotesInThePiece) {
  // A last row with a quote makes the reader take the way for quotes; it stands behind lengths
  // around the 64 bytes that the other way looks at together.
  base::Random random(7, "csv rows");
  for (int trial = 0; trial < 2000; ++trial) {
    std::string text;
    const auto n = random.below(200);
    for (std::uint64_t i = 0; i < n; ++i) text += "abcde,,,\n\r "[random.below(11)];
    text += "end\n";
    auto plain = rows_of(text);
    auto quoted = rows_of(text + "\"q\"\n");
    ASSERT_FALSE(quoted.empty());
    EXPECT_EQ(quoted.back().back(), "q");
    quoted.pop_back();
    ASSERT_EQ(plain, quoted) << text;
  }
}

TEST(CsvRows, TellsWhichRowIsNotUtf8) {
  CsvPiece piece;
  piece.text.assign("a,\xc3\xa4\nb,\xff\nc,d\n");
  CsvRows rows(piece, ',');
  std::string said;
  while (rows.next()) said += rows.is_utf8() ? "1" : "0";
  EXPECT_EQ(said, "101");
}

TEST(CsvSource, CutsAFileIntoWholeRows) {
  std::string text = "k,v\n";
  for (int i = 0; i < 200000; ++i) text += std::to_string(i) + ",\"x\ny\"\n";
  CsvSource source = CsvSource::from_memory("m.csv", text);
  CsvPiece piece;
  std::uint64_t n = 0;
  std::uint64_t n_pieces = 0;
  while (source.next(piece)) {
    ++n_pieces;
    CsvRows rows(piece, source.separator());
    while (rows.next()) {
      ASSERT_EQ(rows[0], std::to_string(n));
      ASSERT_EQ(rows[1], "x\ny");
      ASSERT_EQ(rows.line(), 2 + 2 * n);
      ++n;
    }
  }
  EXPECT_EQ(n, 200000U);
  EXPECT_GT(n_pieces, 1U);
}

TEST(CsvSource, AQuoteThatStaysOpenIsToldOrCostsItsLine) {
  const std::string text = "k,v\n1,a\n2,\"b\n3,c\n";
  CsvSource strict = CsvSource::from_memory("m.csv", text);
  CsvPiece piece;
  ASSERT_TRUE(strict.next(piece));
  EXPECT_EQ(piece.text.view(), "1,a\n");
  EXPECT_ERROR(static_cast<void>(strict.next(piece)),
               base::MalformedError,
               "m.csv:3: a quote that is opened in this row is never closed");
  std::string told;
  CsvSource source =
      CsvSource::from_memory("m.csv", text, [&](const std::string& damage) { told += damage; });
  std::string kept;
  while (source.next(piece)) kept += piece.text.view();
  EXPECT_EQ(kept, "1,a\n3,c\n");
  EXPECT_EQ(told, "m.csv:3: a quote that is opened in this row is never closed");
  EXPECT_EQ(piece.first_line, 4U);
}

TEST(LineCount, CountsLinesOfAnyLength) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(count_lines(text),
              static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
    text += i % 7 == 0 ? '\n' : 'x';
  }
}

}  // namespace
}  // namespace gcrisk::io
