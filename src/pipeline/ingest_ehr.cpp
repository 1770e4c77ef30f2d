// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "clinical_tables.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/table.hpp"
#include "gcrisk/pipeline/run.hpp"
#include "ingest_records.hpp"
#include "record_options.hpp"

namespace gcrisk::pipeline {

namespace {

base::ParameterTable parameters() {
  using enum base::ParameterType;
  base::ParameterTable table = {
      {.name = "fhir",
       .type = kPaths,
       .meaning = "FHIR R4 as JSON: NDJSON, Bundles, single resources, or folders of them",
       .placeholder = "PATH"},
      {.name = "omop",
       .type = kPath,
       .meaning = "folder of OMOP CDM 5.3 or 5.4 tables as CSV or TSV, gz or not",
       .placeholder = "DIR"},
      {.name = "events",
       .type = kPaths,
       .meaning =
           "CSV or TSV with one row an event; the list \"events\" of --dictionary says which "
           "columns are person, time, code, value and unit",
       .placeholder = "FILE"},
      {.name = "table",
       .type = kPaths,
       .meaning = "CSV or TSV of any dialect with one row a person; several are joined by the ID",
       .placeholder = "FILE"},
      {.name = "id-column",
       .type = kTexts,
       .meaning =
           "the column with the sample ID, one for all tables or one a table; 'none' numbers "
           "the rows. Without it: #IID, IID, FID with IID, else the first column",
       .placeholder = "NAME"},
      {.name = "drop-columns",
       .type = kTexts,
       .meaning = "columns to leave out",
       .placeholder = "A,B"},
      {.name = "missing",
       .type = kTexts,
       .meaning = "what else means missing, in every column, beside NA, NaN, . and the empty cell; "
                  "codes of single columns stand in the dictionary",
       .placeholder = "-9,unknown"},
      {.name = "dictionary",
       .type = kPath,
       .meaning = "types, levels, units, ranges and missing codes of columns, as an earlier run "
                  "wrote them and you edited them; other columns are inferred",
       .placeholder = "D.json"},
  };
  for (auto& row : record_parameters()) table.push_back(std::move(row));
  return table;
}

std::string types_of(const clinical::Table& table) {
  std::map<std::string, std::size_t> counts;
  for (const auto& column : table.columns()) {
    ++counts[std::string(clinical::to_string(column.field.type))];
  }
  std::vector<std::string> parts;
  for (const auto& [type, n] : counts) parts.push_back(std::to_string(n) + " " + type);
  return base::join(parts, ", ");
}

std::string columns_text(std::size_t n) {
  return base::format_count(n) + (n == 1 ? " column" : " columns");
}

void tell(Run& run, const std::string& path, const io::TableReport& report, std::size_t n_columns) {
  base::Log& log = run.log();
  log.info(path + ": " + base::format_count(report.rows) + " rows, " + columns_text(n_columns) +
           " (" + report.dialect +
           "), sample ID: " + (report.id_column.empty() ? "the row's number" : report.id_column));
  for (const std::string& remark : report.remarks) log.flood("column", path + ": " + remark);
  if (report.duplicate_rows > 0) {
    log.info(path + ": " + base::format_count(report.duplicate_rows) +
             " rows stand twice with the same values; one of each is kept");
  }
  if (report.contradictory_rows > 0) {
    log.warning(path + ": " + base::format_count(report.contradictory_rows) +
                " rows have the ID of an earlier row and other values; the first row of each is "
                "kept (" +
                base::join(report.contradictory_ids, ", ") + ")");
  }
  run.count_dropped(
      "rows", "the same ID and values in an earlier row of " + path, report.duplicate_rows);
  run.count_dropped("rows",
                    "the same ID with other values in an earlier row of " + path,
                    report.contradictory_rows);
}

void drop_columns(clinical::Table& table, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    static_cast<void>(table.column(name));  // says which are near when there is none
    table.remove(name);
  }
}

void check_dictionary_used(Run& run,
                           const std::vector<clinical::Field>& fields,
                           const std::set<std::string>& seen) {
  for (const clinical::Field& field : fields) {
    if (seen.contains(field.name)) continue;
    run.log().flood("dictionary",
                    run.parameters().text("dictionary") + ": field '" + field.name +
                        "' is in no table and has no effect");
  }
}

void ingest_tables(Run& run) {
  const base::Parameters& p = run.parameters();
  const auto& paths = p.texts("table");
  const auto& id_columns = p.texts("id-column");
  if (id_columns.size() > 1 && id_columns.size() != paths.size()) {
    throw base::UsageError("--id-column names " + std::to_string(id_columns.size()) +
                           " columns for " + std::to_string(paths.size()) +
                           (paths.size() == 1 ? " table" : " tables") +
                           ", expected one for all or one for each");
  }
  if (std::count(paths.begin(), paths.end(), "-") > 1) {
    throw base::UsageError("--table names standard input ('-') twice, expected it once");
  }

  run.phase("reading");
  io::TableOptions options;
  options.extra_missing = p.texts("missing");
  options.threads = run.context().threads.get();
  options.checksum =
      p.text("checksums") == "sha256" ? base::Checksum::kSha256 : base::Checksum::kXxh3;
  if (p.has("dictionary")) {
    options.fields = io::read_dictionary(p.text("dictionary"));
    run.add_input("dictionary", p.text("dictionary"));
  }
  std::vector<NamedTable> tables;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    options.id_column = id_columns.empty() ? "" : id_columns[id_columns.size() == 1 ? 0 : i];
    io::TableReport report;
    auto table = io::read_table(paths[i], options, &report);
    run.add_input("table", paths[i], report.checksum);
    tell(run, paths[i], report, table.n_columns());
    for (const auto& column : table.columns()) seen.insert(column.field.name);
    tables.push_back({paths[i], std::move(table)});
    run.context().cancellation->check();
  }
  check_dictionary_used(run, options.fields, seen);

  run.phase("joining");
  clinical::Table table = unite_tables(std::move(tables), run.log());
  drop_columns(table, p.texts("drop-columns"));
  if (table.n_rows() == 0) {
    throw base::DegenerateError("no row is left: " + paths.front() + " holds a header only");
  }
  run.count_kept("samples", table.n_rows());
  run.count_kept("columns", table.n_columns());
  run.log().info(base::format_count(table.n_rows()) + " samples with " +
                 columns_text(table.n_columns()) + ": " + types_of(table));
  if (run.dry_run()) return;

  run.phase("writing");
  io::write_table(run.outputs().open(".clinical.tsv"), table);
  io::write_dictionary(run.outputs().open(".dictionary.json"), table);
}

// An option that would do nothing is refused: whoever gives --deidentify relies on it.
void refuse_idle_options(const base::Parameters& p, const std::string& source, bool is_table) {
  std::vector<std::string> idle;
  if (is_table) {
    for (const auto& row : record_parameters()) idle.push_back(row.name);
  } else {
    idle = {"id-column", "drop-columns", "missing"};
    if (source != "--events") idle.emplace_back("dictionary");
    if (source != "--fhir") idle.emplace_back("prefer-systems");
  }
  for (const auto& name : idle) {
    if (!p.given(name)) continue;
    throw base::UsageError(
        "--" + name + " has no effect on " + source,
        is_table ? "it is for records: --fhir, --omop, --events" : "leave it out");
  }
}

void work(Run& run) {
  const base::Parameters& p = run.parameters();
  std::vector<std::string> given;
  for (const char* source : {"fhir", "omop", "events", "table"}) {
    if (p.given(source)) given.push_back("--" + std::string(source));
  }
  if (given.empty()) {
    throw base::UsageError("nothing to read: expected one of --fhir, --omop, --events, --table");
  }
  if (given.size() > 1) {
    throw base::UsageError(base::join(given, " and ") + " exclude each other",
                           "ingest them one by one");
  }
  const bool is_table = given.front() == "--table";
  refuse_idle_options(p, given.front(), is_table);
  if (is_table) {
    ingest_tables(run);
  } else {
    ingest_records(run);
  }
}

}  // namespace

const CommandEntry& ingest_ehr_command() {
  static const CommandEntry kEntry = {
      .name = "ingest ehr",
      .category = "data",
      .summary = "health records to a clinical table and its dictionary",
      .description =
          "Reads health records: FHIR R4 (--fhir), OMOP CDM 5.3 or 5.4 (--omop), or tables with "
          "one row an event (--events). Everything becomes dated events, PREFIX.events.tsv.gz, and "
          "what is dated before --index-date becomes features. PREFIX.counts.tsv says what was "
          "met and what became of it.\n\n"
          "Or reads tables with one row a person (--table): CSV or TSV with any separator, quotes, "
          "byte-order "
          "mark and line ends, gz, bgz or zstd. Types are inferred from all values of a column "
          "and saved, with units, ranges and missing codes that you add, in a dictionary which a "
          "later run reads back (--dictionary). IDs are text and keep their leading zeros.\n\n"
          "Writes PREFIX.clinical.tsv (#IID first, one row a person) and PREFIX.dictionary.json "
          "(a Frictionless Table Schema).",
      .examples = {{"gcrisk ingest ehr --fhir export/ --index-date first:SNOMED/44054006 --window "
                    "ever,365d --out cohort",
                    "features from before the first diagnosis of diabetes"},
                   {"gcrisk ingest ehr --omop cdm/ --index-date last-event --sequence visits --out "
                    "cohort",
                    "visits as steps for a recurrent model, beside the table"},
                   {"gcrisk ingest ehr --table visits.csv --id-column patient --out cohort",
                    "one table; writes cohort.clinical.tsv and cohort.dictionary.json"},
                   {"gcrisk ingest ehr --table labs.tsv history.csv.gz --missing -9,unknown "
                    "--dictionary edited.json --out cohort",
                    "two tables joined by ID, with types and ranges that you checked"}},
      .parameters = parameters(),
      .work = work,
  };
  return kEntry;
}

}  // namespace gcrisk::pipeline
