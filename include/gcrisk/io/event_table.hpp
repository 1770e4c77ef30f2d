// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/clinical/time.hpp"
#include "gcrisk/io/record_reader.hpp"

namespace gcrisk::io {

// How the rows of one file become events: an object of the list "events" of a dictionary. Names of
// columns are compared without regard to case.
struct EventMapping {
  std::string file;       // name without folder; empty: every file
  std::string subject;    // column
  std::string time;       // column: ISO 8601, or with `time_unit` an offset from `origin`
  std::string time_unit;  // "", s, min, h, d
  clinical::Time origin{days_from_2000() * clinical::kSecondsPerDay, clinical::Precision::kSecond};
  bool is_static = false;  // no time: true all life long
  std::string code;        // column
  std::string fixed_code;  // instead of `code`
  std::string prefix;      // in front of the code
  std::string split;       // a cell holds several codes with this between them
  std::string value;       // column of a number; what is none becomes the text
  std::string text;        // column
  std::string unit;        // column
  std::string fixed_unit;
  std::map<std::string, std::string> where;    // column -> value: other rows are passed over
  std::map<std::string, std::string> replace;  // cell of `value` -> what it stands for (> 89 -> 90)

  static constexpr std::int64_t days_from_2000() { return 10957; }
};

// The list "events" of a dictionary file. MalformedError with the file and the key.
std::vector<EventMapping> read_event_mappings(const std::string& path);
std::vector<EventMapping> parse_event_mappings(std::string_view json, const std::string& name);

// Reads CSV and TSV with one row an event, of any size, through the mappings; a file that none of
// them names must have the columns of an events file (subject_id, time, code, …). Errors as
// read_omop; MismatchError where a file lacks a column that its mapping names.
RecordsRead read_event_tables(const std::vector<std::string>& paths,
                              const std::vector<EventMapping>& mappings,
                              const RecordOptions& options,
                              clinical::EventSorter& sorter,
                              const base::Context& context);

// One file in memory.
RecordsRead read_event_table_text(std::string_view text,
                                  const std::string& name,
                                  const std::vector<EventMapping>& mappings,
                                  const RecordOptions& options,
                                  clinical::EventSorter& sorter);

}  // namespace gcrisk::io
