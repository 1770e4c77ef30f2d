// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "csv_pieces.hpp"
#include "gcrisk/clinical/event_block.hpp"
#include "gcrisk/clinical/ingest_report.hpp"
#include "gcrisk/io/record_reader.hpp"
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

// From concept IDs to numbers in the table of a block of events, so that the text of a concept
// is made once a block. Open addressing; ID 0 stands for an empty slot and is never asked for.
class ConceptNumbers {
 public:
  // `make(id)` gives the number where the ID is new.
  template <typename Make>
  std::uint32_t number_of(std::int64_t id, const Make& make) {
    if (2 * n_ >= slots_.size()) grow();
    Slot& slot = slots_[place_of(id)];
    if (slot.id == 0) {
      slot = {id, make(id)};
      ++n_;
    }
    return slot.number;
  }

 private:
  struct Slot {
    std::int64_t id = 0;
    std::uint32_t number = 0;
  };
  std::size_t place_of(std::int64_t id) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = (static_cast<std::uint64_t>(id) * 0x9e3779b97f4a7c15U >> 32) & mask;
    while (slots_[at].id != 0 && slots_[at].id != id) at = (at + 1) & mask;
    return at;
  }
  void grow();
  std::vector<Slot> slots_ = std::vector<Slot>(64);
  std::size_t n_ = 0;
};

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
  void read_row();
  void set_subject();
  void read_person();
  void read_event();
  void emit(std::string_view code, bool is_reference, const clinical::Time& time);
  void emit(std::uint32_t code_number, bool is_reference, const clinical::Time& time);
  std::uint32_t concept_code(std::int64_t id, std::string_view suffix);
  std::uint32_t unit();
  void emit_static(const char* prefix, const std::optional<std::size_t>& column);
  std::string_view cell(const std::optional<std::size_t>& column) const;
  std::int64_t integer(const std::optional<std::size_t>& column) const;
  clinical::Time time(const std::optional<std::size_t>& date,
                      const std::optional<std::size_t>& datetime) const;
  clinical::Time parse(std::size_t column) const;
  void read_value();

  const TableColumns& columns_;
  std::uint32_t file_;
  const Units& units_;
  const RecordOptions& options_;
  clinical::EventBlock& events_;
  clinical::IngestReport& report_;
  std::unordered_set<std::int64_t>& concepts_;
  const CsvRows* row_ = nullptr;
  ConceptNumbers codes_;
  ConceptNumbers ends_;
  ConceptNumbers unit_numbers_;
  std::uint64_t line_ = 0;
  std::uint64_t n_events_ = 0;
  clinical::RawEvent event_;
  std::string subject_;
  std::string code_;
  std::string text_;
};

}  // namespace gcrisk::io::omop
