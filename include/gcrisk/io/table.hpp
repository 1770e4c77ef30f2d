// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gcrisk/base/output.hpp"
#include "gcrisk/clinical/table.hpp"

namespace gcrisk::io {

// Reads CSV or TSV of any dialect with one row a person: separator (tab, comma, semicolon, pipe,
// spaces), quotes, byte-order mark, CRLF and "comment" prefixes are told from the content.
struct TableOptions {
  // Name of the ID column; empty: `#IID`, `IID`, `#FID IID` / `FID IID`, else the first column.
  std::string id_column;
  // Types and missing codes that are known; other columns are inferred.
  std::vector<clinical::Field> fields;
  std::vector<std::string> extra_missing;  // such as "-9"
};

struct TableReport {
  std::string dialect;  // "comma, quoted, UTF-8", for people
  std::uint64_t rows = 0;
  std::uint64_t duplicate_rows = 0;            // same ID, same values: one is kept
  std::uint64_t contradictory_rows = 0;        // same ID, other values: the first is kept
  std::vector<std::string> contradictory_ids;  // the first five
  std::string checksum;
};

// IDs are text: leading zeros stay. Type inference: boolean (two values of 0/1, yes/no, true/
// false), integer, number, date (ISO 8601), category (at most max(20, 5 % of rows) words), text.
// Errors: ReadError; MalformedError with file:line (a row longer than the header, an open quote,
// a value that is not of its field's type or outside its range).
clinical::Table read_table(const std::string& path,
                           const TableOptions& options = {},
                           TableReport* report = nullptr);

// Tab-separated with `#IID` first.
void write_table(base::OutputFile& file, const clinical::Table& table);

// dictionary.json: a Frictionless Table Schema with our extra properties.
std::vector<clinical::Field> read_dictionary(const std::string& path);
void write_dictionary(base::OutputFile& file, const clinical::Table& table);

}  // namespace gcrisk::io
