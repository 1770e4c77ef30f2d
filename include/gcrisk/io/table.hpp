// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/hash.hpp"
#include "gcrisk/base/output.hpp"
#include "gcrisk/base/threads.hpp"
#include "gcrisk/clinical/table.hpp"

namespace gcrisk::io {

// Reads CSV or TSV of any dialect with one row a person: separator (tab, comma, semicolon, pipe,
// spaces), quotes, byte-order mark, CRLF and "comment" prefixes are told from the content.
struct TableOptions {
  // Name of the ID column; empty: `#IID`, `IID`, `#FID IID` / `FID IID`, else the first column,
  // which must then tell the rows apart. "none": rows are numbered 1, 2, … in their order.
  std::string id_column;
  // Types, levels, ranges and missing codes that are known; other columns are inferred.
  std::vector<clinical::Field> fields;
  std::vector<std::string> extra_missing;  // such as "-9"
  base::ThreadPool* threads = nullptr;     // null: the calling thread alone; the same result
  base::Checksum checksum = base::Checksum::kXxh3;
};

struct TableReport {
  std::string dialect;  // "comma, quoted, UTF-8", for people
  std::uint64_t rows = 0;
  std::uint64_t duplicate_rows = 0;            // same ID, same values: one is kept
  std::uint64_t contradictory_rows = 0;        // same ID, other values: the first is kept
  std::vector<std::string> contradictory_ids;  // the first five
  std::uint64_t skipped_lines = 0;             // blank, or a comment
  std::string id_column;                       // as the header names it; empty: rows are numbered
  std::vector<std::string> remarks;            // what a person should look at: odd columns
  std::string checksum;
};

// IDs are text: leading zeros stay. Type inference: boolean (two values of 0/1, yes/no, true/
// false), integer, number, date (ISO 8601), category (at most max(20, 5 % of rows) words), text.
// Numbers with a leading zero (007) and whole numbers above 2^53 are words: reading them as
// numbers would lose what they say.
// Errors: ReadError; MalformedError with file:line (a row longer or shorter than the header, an
// open quote, text that is not UTF-8, an empty ID, a value that is not of its field's type or
// outside its range); MismatchError (no such ID column, or a first column that does not tell the
// rows apart).
// Memory: the text and 8 bytes a cell. Blocks of rows are read in parallel on `threads`.
clinical::Table read_table(const std::string& path,
                           const TableOptions& options = {},
                           TableReport* report = nullptr);
// The same over text in memory; `name` stands in messages. No checksum.
clinical::Table read_table_text(std::string_view text,
                                const std::string& name,
                                const TableOptions& options = {},
                                TableReport* report = nullptr);

// Tab-separated with `#IID` first. Numbers are written with all their digits (the shortest text
// that reads back as the same double), because a clinical table is data and not a result.
void write_table(base::OutputFile& file, const clinical::Table& table);

// dictionary.json: a Frictionless Table Schema with our extra properties. The key column (#IID)
// is not among the fields that are returned; missing values of the whole schema are put to each
// field. Errors: ReadError; MalformedError with the file and the field.
std::vector<clinical::Field> read_dictionary(const std::string& path);
std::vector<clinical::Field> parse_dictionary(std::string_view json, const std::string& name);
void write_dictionary(base::OutputFile& file, const clinical::Table& table);

// "cohort.dictionary.json" for "cohort.clinical.tsv" (also .gz, .zst), where it exists beside the
// table; empty otherwise.
std::string dictionary_beside(const std::string& table_path);

}  // namespace gcrisk::io
