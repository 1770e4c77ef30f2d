// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace gcrisk::io::omop {

// Which columns of a table make an event; an empty name: the table has no such column. Names are
// those of CDM 5.3 and 5.4, which differ in none that is read here.
struct TableSpec {
  std::string_view name;
  std::string_view concept_id;
  std::string_view source_concept;
  std::string_view source_value;
  std::string_view date;
  std::string_view datetime;
  std::string_view end_date;
  std::string_view end_datetime;
  bool has_values = false;    // value_as_number, value_as_concept_id, value_as_string, unit
  std::string_view prefix{};  // in front of the code
};

// Tables whose rows are events, in the order in which they are read.
std::span<const TableSpec> event_tables();

// Tables of the CDM that hold nothing of their own about a person's health, or nothing that is
// read; counted and named in the report.
bool is_known_table(std::string_view name);

}  // namespace gcrisk::io::omop
