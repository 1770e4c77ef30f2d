// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "ingest_records.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "event_features.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/clinical/deidentify.hpp"
#include "gcrisk/clinical/event_sorter.hpp"
#include "gcrisk/clinical/record_maker.hpp"
#include "gcrisk/clinical/record_spool.hpp"
#include "gcrisk/io/dictionary.hpp"
#include "gcrisk/io/event_table.hpp"
#include "gcrisk/io/events.hpp"
#include "gcrisk/io/fhir.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/io/omop.hpp"
#include "gcrisk/io/tsv.hpp"
#include "ingest_counts.hpp"
#include "record_options.hpp"
#include "rename_people.hpp"
#include "sequence_file.hpp"

namespace gcrisk::pipeline {

namespace {

namespace fs = std::filesystem;
using base::format_count;

// Where events are put aside: beside the result, because there must be room there anyway.
fs::path spill_folder(Run& run) {
  if (run.dry_run()) return fs::temp_directory_path();
  return fs::path(run.outputs().prefix()).parent_path();
}

// The bytes of a file; never an input of the manifest, whose hashes would help to guess it.
std::string read_key(const std::string& path) {
  io::Input input(path);
  std::string key(std::size_t{1} << 16, '\0');
  std::size_t used = 0;
  while (const std::size_t n = input.read(key.data() + used, key.size() - used)) used += n;
  key.resize(used);
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r')) key.pop_back();
  return key;
}

// One run over records: read, bring people together, then look at each person twice.
class IngestRecords {
 public:
  explicit IngestRecords(Run& run)
      : run_(run),
        options_(run.parameters()),
        context_(run.context()),
        features_(feature_options(options_)),
        rule_(index_rule(options_, run)),
        groups_(roll_up(options_, run)),
        skip_bad_(options_.text("on-bad-record") == "skip") {
    check_sequence(options_, rule_);
    if (options_.has("deidentify")) begin_deidentification();
  }

  void work() {
    read();
    run_.phase("people");
    look();
    run_.phase("features");
    make_features();
    if (run_.dry_run()) return;
    write_counts(run_.outputs().open(".counts.tsv"), read_.report, deidentifier_.has_value());
  }

 private:
  void begin_deidentification() {
    deidentifier_.emplace(read_key(options_.text("deidentify")));
    features_.min_people = clinical::kSmallestCell;
    const bool by_record = rule_.is_end_of_record() || rule_.text() == "last-event" ||
                           rule_.text().starts_with("first:");
    if (!by_record) {
      throw base::UsageError("--index-date " + options_.text("index-date") +
                                 " and --deidentify exclude each other: dates are moved",
                             "use first:CODE or last-event");
    }
  }

  void read() {
    run_.phase("reading");
    const fs::path folder = spill_folder(run_);
    const std::size_t memory = record_sort_memory(context_);
    const io::RecordOptions options = record_options(options_);
    sorter_ = std::make_unique<clinical::EventSorter>(folder, memory);
    context_.progress->start("reading", 0, "bytes");
    std::string role = "fhir";
    if (options_.given("fhir")) {
      read_ = io::read_fhir(options_.texts("fhir"), options, *sorter_, context_);
    } else if (options_.given("events")) {
      role = "events";
      std::vector<io::EventMapping> mappings;
      if (options_.has("dictionary")) {
        mappings = io::read_event_mappings(options_.text("dictionary"));
        run_.add_input("dictionary", options_.text("dictionary"));
      }
      read_ =
          io::read_event_tables(options_.texts("events"), mappings, options, *sorter_, context_);
    } else {
      role = "omop";
      read_ = io::read_omop(options_.text("omop"), options, *sorter_, context_);
    }
    context_.progress->finish();
    if (sorter_->n_cut() > 0) {
      read_.report.remarks[{"text", "is longer than 64 KiB and was cut there"}] = sorter_->n_cut();
    }
    for (const auto& file : read_.files) {
      run_.add_input(role, file.path, file.checksum);
      names_.push_back(file.path);
    }
    // Patients that were replaced by others, then pseudonyms for those who are left.
    if (!read_.replaced.empty()) {
      sorter_ = merge_replaced(std::move(sorter_), read_, folder, memory);
    }
    if (deidentifier_) {
      std::string name;
      const auto name_of = [&](std::string_view id) {
        name = deidentifier_->pseudonym(id);
        return std::string_view(name);
      };
      sorter_ = rename_people(std::move(sorter_), name_of, folder, memory);
    }
  }

  // Calls `work(record)` for everybody.
  template <typename Work>
  void each_person(const Work& work) {
    clinical::RecordMaker maker(
        read_.references, names_, skip_bad_, options_.given("fhir") ? io::fhir_place : nullptr);
    clinical::PackedPerson packed;
    clinical::Record record;
    std::uint64_t n = 0;
    while (sorter_->next(packed)) {
      maker.make(packed, record, read_.report);
      if (deidentifier_) deidentifier_->apply(record);
      work(record);
      if (++n % 1024 == 0) context_.cancellation->check();
    }
  }

  void look() {
    std::optional<io::EventsWriter> writer;
    if (!run_.dry_run()) writer.emplace(run_.outputs().open(".events.tsv.gz"), context_);
    spool_ = std::make_unique<clinical::RecordSpool>(spill_folder(run_));
    std::uint64_t n_people = 0;
    std::uint64_t n_events = 0;
    each_person([&](clinical::Record& record) {
      ++n_people;
      n_events += record.events.size();
      if (writer) writer->write(record);
      const auto index = rule_.index_of(record);
      groups_.apply(record);
      if (index) {
        census_.add(record, *index);
        spool_->add(record, *index);
      } else {
        ++without_index_;
      }
    });
    if (writer) writer->finish();
    tell_counts(run_, read_.report, deidentifier_.has_value());
    if (deidentifier_ && !run_.dry_run()) write_removed();
    if (n_people == 0) {
      throw base::DegenerateError(
          "no event is left: the input holds nothing that can be read about "
          "a person",
          "the log lists what was met");
    }
    run_.count_kept("people", n_people);
    run_.count_kept("events", n_events);
    run_.note("bytes put aside", static_cast<double>(sorter_->bytes_spilled()));
    run_.log().info(format_count(n_people) + " people with " + format_count(n_events) + " events");
    sorter_.reset();  // the second look needs the spool only
  }

  void write_removed() {
    io::TsvWriter out(run_.outputs().open(".deidentified.tsv"),
                      {"#IDENTIFIER", "TREATMENT", "COUNT"});
    for (const auto& line : deidentifier_->report()) {
      out.text(line.identifier).text(line.treatment);
      out.integer(static_cast<std::int64_t>(line.count)).end_row();
    }
  }

  void make_features() {
    run_.count_filtered("people", "without an index date (" + rule_.text() + ")", without_index_);
    if (census_.people == 0) {
      throw base::DegenerateError("nobody has an index date: --index-date " + rule_.text() +
                                      " fits none of " + format_count(without_index_) + " people",
                                  "compare the codes with the column code of the events");
    }
    if (without_index_ > 0) {
      run_.log().warning(format_count(without_index_) + " people without an index date (" +
                         rule_.text() + ") are not in the clinical table");
    }
    if (rule_.is_end_of_record()) {
      run_.log().warning(
          "without --index-date features cover the whole record, and with it "
          "whatever shall be predicted");
    }
    const auto units = settle_units(census_, skip_bad_, run_);
    clinical::FeatureSpace space(census_, features_, read_.report.titles, units);
    std::string out = "#IID";
    for (const auto& field : space.fields()) out += "\t" + field.name;
    out += "\n";
    base::OutputFile* file = run_.dry_run() ? nullptr : &run_.outputs().open(".clinical.tsv");
    std::optional<SequenceFile> sequences;
    if (options_.has("sequence")) {
      sequences.emplace(run_, census_, features_, read_.report.titles, units);
    }
    std::vector<double> row;
    std::optional<std::int64_t> nearest;
    clinical::Record record;
    clinical::Time index;
    std::uint64_t n = 0;
    while (spool_->next(record, index)) {
      if (++n % 1024 == 0) context_.cancellation->check();
      space.fill(record, index, row);
      if (const auto gap = space.last_gap()) nearest = std::min(nearest.value_or(*gap), *gap);
      append_row(out, record.id, space.fields(), row);
      if (sequences) sequences->add(record, index);
      if (file != nullptr && out.size() > kWriteBytes) {
        file->write(out);
        out.clear();
      }
    }
    if (nearest && !rule_.is_end_of_record()) {
      run_.note("seconds between the latest event of a feature and its index, the least",
                static_cast<double>(*nearest));
    }
    tell_features(census_, space, run_);
    if (sequences) sequences->finish();
    if (file == nullptr) return;
    file->write(out);
    run_.outputs().open(".dictionary.json").write(io::dictionary_text(space.fields()));
  }

  static constexpr std::size_t kWriteBytes = std::size_t{1} << 20;
  Run& run_;
  const base::Parameters& options_;
  base::Context& context_;
  clinical::FeatureOptions features_;
  clinical::IndexRule rule_;
  clinical::RollUp groups_;
  bool skip_bad_;
  std::unique_ptr<clinical::EventSorter> sorter_;
  std::unique_ptr<clinical::RecordSpool> spool_;
  io::RecordsRead read_;
  std::vector<std::string> names_;
  std::optional<clinical::Deidentifier> deidentifier_;
  clinical::CodeCensus census_;
  std::uint64_t without_index_ = 0;
};

}  // namespace

void ingest_records(Run& run) { IngestRecords(run).work(); }

}  // namespace gcrisk::pipeline
