// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/omop.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <unordered_set>

#include "csv_pieces.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/clinical/events.hpp"
#include "omop_row.hpp"
#include "omop_tables.hpp"
#include "rounds.hpp"

namespace gcrisk::io {

namespace {

namespace fs = std::filesystem;
using omop::RowReader;
using omop::TableColumns;
using omop::TableSpec;

// The tables of a folder by lower-case name without endings.
std::map<std::string, std::string> tables_of(const std::string& folder) {
  if (!fs::is_directory(folder)) {
    throw base::ReadError(folder + ": is no folder, expected one with OMOP tables as CSV");
  }
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::string name = base::to_lower(entry.path().filename().string());
    bool is_table = false;
    for (const char* ending : {".gz", ".zst", ".bgz", ".csv", ".tsv", ".txt"}) {
      if (!name.ends_with(ending)) continue;
      is_table = true;
      name.resize(name.size() - std::string_view(ending).size());
    }
    if (!is_table) continue;
    if (!out.emplace(name, entry.path().string()).second) {
      throw base::MismatchError(folder + ": the table " + name + " is there twice (" + out[name] +
                                    " and " + entry.path().string() + ")",
                                "remove one of the two");
    }
  }
  if (!out.contains("person")) {
    throw base::ReadError(
        folder + ": has no table PERSON among its " + base::format_count(out.size()) + " tables",
        "give the folder with the OMOP tables as CSV (PERSON.csv, …)");
  }
  return out;
}

// What one piece of a table leaves.
struct RowYield {
  clinical::EventBlock events;
  clinical::IngestReport report;
  std::unordered_set<std::int64_t> concepts;
  void clear() {
    events.clear();
    report.clear();
    concepts.clear();
  }
};

class OmopReader {
 public:
  OmopReader(const RecordOptions& options,
             clinical::EventSorter& sorter,
             const base::Context& context)
      : options_(options), sorter_(sorter), context_(context) {}

  void read_table(CsvSource source, const std::string& table) {
    const TableSpec* spec = nullptr;
    for (const TableSpec& candidate : omop::event_tables()) {
      if (candidate.name == table) spec = &candidate;
    }
    const auto file = static_cast<std::uint32_t>(out_.files.size());
    const TableColumns columns = omop::find_columns(source, table, spec);
    read_in_rounds<CsvPiece, RowYield>(
        context_,
        [&](CsvPiece& piece) { return source.next(piece); },
        [&](const CsvPiece& piece, RowYield& yield, std::size_t) {
          RowReader reader(
              columns, file, units_, options_, yield.events, yield.report, yield.concepts);
          reader.read(piece);
        },
        [&](const CsvPiece& piece, const RowYield& yield) {
          sorter_.add(yield.events);
          out_.report.merge(yield.report);
          concepts_.insert(yield.concepts.begin(), yield.concepts.end());
          context_.progress->advance(piece.bytes());
        });
    out_.files.push_back({source.path(), source.finish_hash()});
  }

  void read_units(const std::string& path) {
    CsvSource source(path, options_.checksum, damage());
    each_concept(
        source,
        [&](std::int64_t id, std::string_view vocabulary, std::string_view code, std::string_view) {
          if (vocabulary == "UCUM") units_.emplace(id, code);
        });
  }

  void name_concepts(const std::string& path) {
    // What is damaged in it was counted when units were read.
    CsvSource::Damage silent;
    if (options_.skip_bad) silent = [](const std::string&) {};
    CsvSource source(path, options_.checksum, silent);
    each_concept(source,
                 [&](std::int64_t id,
                     std::string_view vocabulary,
                     std::string_view code,
                     std::string_view name) {
                   if (!concepts_.contains(id)) return;
                   std::string full(vocabulary);
                   full += '/';
                   full += code;
                   out_.report.title(full, name);
                   const std::string reference = "OMOP/" + std::to_string(id);
                   for (const char* prefix : {"VISIT/", "RACE/", "ETHNICITY/"}) {
                     out_.references.emplace(prefix + reference, prefix + full);
                   }
                   for (const char* end : {"", "//END"}) {
                     out_.references.emplace(reference + end, full + end);
                     out_.references.emplace("VISIT/" + reference + end, "VISIT/" + full + end);
                   }
                 });
    out_.files.push_back({source.path(), source.finish_hash()});
  }

  // Under `skip_bad` what is damaged in a file is counted.
  CsvSource::Damage damage() {
    if (!options_.skip_bad) return {};
    return [this](std::string message) { out_.report.bad(std::move(message)); };
  }
  RecordsRead finish() { return std::move(out_); }
  clinical::IngestReport& report() { return out_.report; }

 private:
  template <typename Work>
  void each_concept(CsvSource& source, const Work& work) {
    const auto place = [&](const char* name) { return omop::column_of(source, name); };
    const std::size_t id = place("concept_id");
    const std::size_t vocabulary = place("vocabulary_id");
    const std::size_t code = place("concept_code");
    const std::size_t name = place("concept_name");
    const std::size_t n = source.header().size();
    CsvPiece piece;
    while (source.next(piece)) {
      CsvRows rows(piece, source.separator());
      while (rows.next()) {
        // Names with stray quotes: the concept stays a number.
        if (rows.size() != n || !rows.is_utf8()) continue;
        if (const auto number = base::parse_integer(rows[id])) {
          work(*number, rows[vocabulary], rows[code], rows[name]);
        }
      }
    }
  }

  const RecordOptions& options_;
  clinical::EventSorter& sorter_;
  const base::Context& context_;
  RecordsRead out_;
  std::unordered_set<std::int64_t> concepts_;
  omop::Units units_;
};

}  // namespace

RecordsRead read_omop(const std::string& folder,
                      const RecordOptions& options,
                      clinical::EventSorter& sorter,
                      const base::Context& context) {
  const auto tables = tables_of(folder);
  OmopReader reader(options, sorter, context);
  const auto vocabulary = tables.find("concept");
  if (vocabulary != tables.end()) reader.read_units(vocabulary->second);
  const auto read = [&](const std::string& name) {
    const auto at = tables.find(name);
    if (at != tables.end()) {
      reader.read_table(CsvSource(at->second, options.checksum, reader.damage()), name);
    }
  };
  for (const char* name : {"person", "observation_period", "death"}) read(name);
  for (const TableSpec& spec : omop::event_tables()) read(std::string(spec.name));
  if (vocabulary != tables.end()) reader.name_concepts(vocabulary->second);
  for (const auto& [name, path] : tables) {
    const bool was_read = reader.report().seen.contains(name) || name == "concept";
    if (was_read) continue;
    reader.report().remark(
        "table " + name,
        omop::is_known_table(name) ? "is not read" : "is no table of the CDM and is not read");
  }
  return reader.finish();
}

RecordsRead read_omop_text(std::string_view text,
                           const std::string& table,
                           const RecordOptions& options,
                           clinical::EventSorter& sorter) {
  const base::Context context = base::Context::make();
  OmopReader reader(options, sorter, context);
  reader.read_table(CsvSource::from_memory(table + ".csv", text, reader.damage()), table);
  return reader.finish();
}

}  // namespace gcrisk::io
