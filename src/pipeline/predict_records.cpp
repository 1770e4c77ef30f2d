// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "predict_records.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>

#include "event_features.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/clinical/event_sorter.hpp"
#include "gcrisk/clinical/record_maker.hpp"
#include "gcrisk/clinical/units.hpp"
#include "gcrisk/io/events.hpp"
#include "gcrisk/io/fhir.hpp"
#include "ingest_counts.hpp"
#include "record_options.hpp"
#include "rename_people.hpp"

namespace gcrisk::pipeline {

namespace {

// Of --fhir or --events; `each` may be called again.
class Records {
 public:
  explicit Records(Run& run) : run_(run), options_(run.parameters()) {
    if (options_.has("fhir")) read_fhir();
  }

  template <typename Work>
  void each(const Work& work) {
    clinical::Record record;
    if (!sorter_) {
      io::EventsReader reader(options_.text("events"));
      while (reader.next(record)) work(record);
      if (checksum_.empty()) {
        checksum_ = reader.finish_hash();
        run_.add_input("events", options_.text("events"), checksum_);
      }
      return;
    }
    sorter_->rewind();
    clinical::IngestReport seen_before;
    clinical::RecordMaker maker(read_.references, names_, skip_bad());
    clinical::PackedPerson packed;
    while (sorter_->next(packed)) {
      maker.make(packed, record, told_ ? seen_before : read_.report);
      work(record);
    }
    if (!told_) tell_counts(run_, read_.report, false);
    told_ = true;
  }

 private:
  bool skip_bad() const { return options_.text("on-bad-record") == "skip"; }

  void read_fhir() {
    const base::Context& context = run_.context();
    const std::size_t memory = record_sort_memory(context);
    const auto folder = std::filesystem::temp_directory_path();
    sorter_ = std::make_unique<clinical::EventSorter>(folder, memory);
    context.progress->start("reading", 0, "bytes");
    read_ = io::read_fhir(options_.texts("fhir"), record_options(options_), *sorter_, context);
    context.progress->finish();
    for (const auto& file : read_.files) {
      run_.add_input("fhir", file.path, file.checksum);
      names_.push_back(file.path);
    }
    if (!read_.replaced.empty())
      sorter_ = merge_replaced(std::move(sorter_), read_, folder, memory);
  }

  Run& run_;
  const base::Parameters& options_;
  std::unique_ptr<clinical::EventSorter> sorter_;  // of --fhir
  io::RecordsRead read_;
  std::vector<std::string> names_;
  std::string checksum_;
  bool told_ = false;
};

// The unit in which the model has the values of a code.
clinical::TextMap wanted_units(const std::vector<clinical::Field>& fields) {
  clinical::TextMap units;
  for (const auto& field : fields) {
    const std::string_view code = clinical::code_of_feature(field.name);
    if (code.empty() || field.unit.empty()) continue;
    const std::string_view rest = std::string_view(field.name).substr(code.size() + 1);
    const std::string_view aggregate = rest.substr(0, rest.find(':'));
    if (aggregate == clinical::to_string(clinical::Aggregate::kCount)) continue;
    std::string unit = field.unit;
    const bool per_day = aggregate == clinical::to_string(clinical::Aggregate::kSlope);
    if (per_day && unit.ends_with("/d")) unit.resize(unit.size() - 2);
    units.emplace(std::string(code), std::move(unit));
  }
  return units;
}

}  // namespace

base::ParameterTable new_record_parameters() {
  using enum base::ParameterType;
  base::ParameterTable table = {
      {.name = "fhir",
       .type = kPaths,
       .meaning = "records of new people: FHIR R4 bundles, NDJSON, single resources, folders of "
                  "them. The model's columns are made of them as ingest ehr names them",
       .placeholder = "PATH"},
      {.name = "events",
       .type = kPath,
       .meaning = "the same from PREFIX.events.tsv.gz of ingest ehr",
       .placeholder = "E.tsv.gz"},
  };
  for (auto* rows : {&record_parameters, &feature_parameters}) {
    for (auto& row : (*rows)()) {
      const bool has_it = std::any_of(
          table.begin(), table.end(), [&](const auto& other) { return other.name == row.name; });
      const bool wanted = row.name == "index-date" || row.name == "roll-up" ||
                          row.name == "prefer-systems" || row.name == "on-bad-record";
      if (wanted && !has_it) table.push_back(std::move(row));
    }
  }
  for (auto& row : table) row.group = "records of new people";
  return table;
}

clinical::Table table_of_records(const std::vector<clinical::Field>& fields, Run& run) {
  const base::Parameters& p = run.parameters();
  // Refuses what cannot be made of events before they are read.
  const clinical::FeatureSpace columns_can_be_made(fields, {});
  const auto rule = index_rule(p, run);
  const auto groups = roll_up(p, run);
  Records records(run);
  clinical::CodeCensus census;
  std::uint64_t n_without_index = 0;
  records.each([&](clinical::Record& record) {
    const auto index = rule.index_of(record);
    if (!index) {
      ++n_without_index;
      return;
    }
    groups.apply(record);
    census.add(record, *index);
  });
  run.count_dropped("samples", "without an index date (" + rule.text() + ")", n_without_index);
  if (census.people == 0) {
    throw base::DegenerateError(
        "nobody of the records has an index date (" + rule.text() + ")",
        "give --index-date as it was given when the model's columns were made");
  }
  const auto units =
      settle_units(census, p.text("on-bad-record") == "skip", run, wanted_units(fields));
  clinical::FeatureSpace space(fields, units);
  clinical::Table table;
  std::vector<std::string> ids;
  std::vector<clinical::Column> columns;
  for (const auto& field : fields) columns.emplace_back().field = field;
  std::vector<double> row;
  records.each([&](clinical::Record& record) {
    const auto index = rule.index_of(record);
    if (!index) return;
    groups.apply(record);
    space.fill(record, *index, row);
    ids.push_back(record.id);
    clinical::append_row(columns, row);
  });
  run.count_filtered("events", "at or after the index date", census.at_or_after_index);
  run.count_filtered("values", "outside the plausible range of their code", space.implausible());
  run.count_filtered("values", "in a unit that cannot be converted", space.without_unit());
  run.log().info(base::format_count(ids.size()) +
                 " people from records, index date: " + rule.text());
  table = clinical::Table(std::move(ids));
  for (auto& column : columns) table.add(std::move(column));
  return table;
}

}  // namespace gcrisk::pipeline
