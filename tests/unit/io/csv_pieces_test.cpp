// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "io/csv_pieces.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

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

// `text` of some alphabet that ends a row.
std::string random_text(base::Random& random, std::string_view letters) {
  std::string text;
  const auto n = random.below(200);
  for (std::uint64_t i = 0; i < n; ++i) text += letters[random.below(letters.size())];
  return text + "end\n";
}

TEST(CsvRows, FindsTheSameCellsWhateverQuotesStandFurtherDown) {
  // A quoted cell makes the reader look at quotes, one in the middle of a cell makes it read byte
  // by byte; lengths are around the 64 bytes that are looked at together.
  base::Random random(7, "csv rows");
  for (int trial = 0; trial < 2000; ++trial) {
    const std::string text = random_text(random, "abcde,,,\n\r ");
    const auto plain = rows_of(text);
    for (const std::string last : {"\"q\"", "q\"q"}) {
      auto quoted = rows_of(text + last + "\n");
      ASSERT_FALSE(quoted.empty());
      EXPECT_EQ(quoted.back().back(), last == "\"q\"" ? "q" : last);
      quoted.pop_back();
      ASSERT_EQ(plain, quoted) << text;
    }
  }
}

// As RFC 4180 has it: cells with separators, quotes or line ends are quoted, others may be.
TEST(CsvRows, GivesBackTheCellsThatWereWritten) {
  base::Random random(8, "csv rows");
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<Row> wanted;
    std::string text;
    std::uint64_t line = 1;
    for (std::uint64_t r = random.below(6) + 1; r > 0; --r) {
      Row row = {std::to_string(line)};
      for (std::uint64_t c = 0; c < 3; ++c) {
        std::string cell;
        for (std::uint64_t n = random.below(25); n > 0; --n) cell += "abcd,\n\""[random.below(7)];
        text += c > 0 ? "," : "";
        if (cell.find_first_of(",\n\"") == std::string::npos && random.below(2) == 0) {
          text += cell;
        } else {
          text += '"';
          for (const char letter : cell) text.append(letter == '"' ? 2 : 1, letter);
          text += '"';
        }
        line += static_cast<std::uint64_t>(std::count(cell.begin(), cell.end(), '\n'));
        row.push_back(std::move(cell));
      }
      text += random.below(2) == 0 ? "\n" : "\r\n";
      ++line;
      wanted.push_back(std::move(row));
    }
    ASSERT_EQ(rows_of(text), wanted) << text;
    auto stray = rows_of(text + "q\"q\n");  // the same, byte by byte
    EXPECT_EQ(stray.back().back(), "q\"q");
    stray.pop_back();
    ASSERT_EQ(stray, wanted) << text;
  }
}

TEST(CsvRows, TakesAQuoteInTheMiddleOfACellAsALetter) {
  EXPECT_EQ(rows_of("5' 3\"\",\"a\"\n\"b\" \"c\",d\n"),
            (std::vector<Row>{{"1", "5' 3\"\"", "a"}, {"2", "b", "d"}}));
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

// Where a piece ends must not depend on quotes that open nothing; two of them used to.
TEST(CsvSource, CutsBehindQuotesInTheMiddleOfCells) {
  std::string text = "k,v\n";
  for (int i = 0; i < 200000; ++i) text += std::to_string(i) + ",6\"\" x\n";
  CsvSource source = CsvSource::from_memory("m.csv", text);
  CsvPiece piece;
  std::uint64_t n = 0;
  while (source.next(piece)) {
    CsvRows rows(piece, source.separator());
    for (; rows.next(); ++n) {
      ASSERT_EQ(rows[0], std::to_string(n));
      ASSERT_EQ(rows[1], "6\"\" x");
    }
  }
  EXPECT_EQ(n, 200000U);
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
