// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "concept_numbers.hpp"
#include "csv_pieces.hpp"
#include "gcrisk/clinical/event_block.hpp"
#include "gcrisk/clinical/ingest_report.hpp"
#include "gcrisk/io/record_reader.hpp"
#include "omop_cells.hpp"
#include "omop_tables.hpp"

namespace gcrisk::io::omop {

using Units = std::unordered_map<std::int64_t, std::string>;  // concept to UCUM

enum class TableKind { kEvents, kPerson, kDeath, kObservationPeriod };

// Where the columns of one file are; nothing: the file lacks it.
struct TableColumns {
  TableKind kind = TableKind::kEvents;
  std::string table;
  std::string path;
  char separator = ',';
  std::size_t n = 0;
  std::string prefix;
  std::size_t person = 0;
  std::optional<std::size_t> concept_id, source_concept, source_value;
  std::optional<std::size_t> date, datetime, end_date, end_datetime;
  std::optional<std::size_t> number, value_concept, value_text, value_source, unit_concept,
      unit_source;
  std::optional<std::size_t> gender, race, ethnicity, year, month, day;
};

// MismatchError where a column that the table must have is absent.
TableColumns find_columns(const CsvSource& source, const std::string& table, const TableSpec* spec);
std::size_t column_of(const CsvSource& source, const std::string& name);

// Makes events of the rows of a piece.
class RowReader {
 public:
  RowReader(const TableColumns& columns,
            std::uint32_t file,
            const Units& units,
            const RecordOptions& options,
            clinical::EventBlock& events,
            clinical::IngestReport& report,
            std::unordered_set<std::int64_t>& concepts);
  void read(const CsvPiece& piece);

 private:
  void read_row(const CsvRows& rows);
  std::string_view subject_of(const RowCells& cells);
  void read_person(const RowCells& cells);
  void read_event(const RowCells& cells);
  void read_stretch(const RowCells& cells);
  void emit(std::string_view code, bool is_reference, const clinical::Time& time);
  void emit(std::uint32_t code_number, bool is_reference, const clinical::Time& time);
  std::uint32_t concept_code(std::int64_t id, std::string_view suffix);
  std::uint32_t unit(const RowCells& cells);
  void emit_static(const char* prefix, std::int64_t concept_id);
  void read_value(const RowCells& cells);

  const TableColumns& columns_;
  std::uint32_t file_;
  const Units& units_;
  const RecordOptions& options_;
  clinical::EventBlock& events_;
  clinical::IngestReport& report_;
  std::unordered_set<std::int64_t>& concepts_;
  ConceptNumbers codes_;
  ConceptNumbers ends_;
  ConceptNumbers unit_numbers_;
  std::uint64_t line_ = 0;
  std::uint64_t n_events_ = 0;
  clinical::RawEvent event_;
  std::array<char, 24> subject_;
  std::string code_;
  std::string text_;
};

}  // namespace gcrisk::io::omop
