// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "recommend_omop.hpp"

#include <cmath>
#include <filesystem>
#include <map>
#include <optional>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/clinical/events.hpp"
#include "gcrisk/clinical/record_maker.hpp"
#include "gcrisk/io/omop.hpp"

namespace gcrisk::pipeline {

namespace {

using recommend::Coding;
using recommend::EntryKind;
using recommend::PersonRecord;
using recommend::RecordEntry;

constexpr std::size_t kSortBytes = std::size_t{128} << 20;

std::string day_of(const clinical::Time& time) { return clinical::format_time(time).substr(0, 10); }

std::string system_of(std::string_view vocabulary) {
  if (vocabulary == "LOINC") return "http://loinc.org";
  if (vocabulary == "SNOMED") return "http://snomed.info/sct";
  if (vocabulary.starts_with("RxNorm")) return "http://www.nlm.nih.gov/research/umls/rxnorm";
  if (vocabulary.starts_with("ICD10")) return "http://hl7.org/fhir/sid/icd-10-cm";
  if (vocabulary == "ATC") return "http://www.whocc.no/atc";
  return std::string(vocabulary);
}

bool is_drug(std::string_view vocabulary) {
  return vocabulary.starts_with("RxNorm") || vocabulary == "ATC" || vocabulary == "NDC" ||
         vocabulary == "dm+d";
}

// Events of one person to entries, in their order.
class PersonMaker {
 public:
  PersonMaker(const clinical::Record& record, const clinical::TextMap& titles)
      : record_(record), titles_(titles) {
    out_.id = record.id;
  }

  PersonRecord make() {
    for (const clinical::Event& event : record_.events) add(event);
    for (RecordEntry& entry : out_.entries) {
      const auto begin = clinical::parse_time(entry.date);
      const auto end = clinical::parse_time(entry.end);
      const bool at_a_visit =
          begin && end && end->seconds - begin->seconds <= clinical::kSecondsPerDay;
      if (entry.kind == EntryKind::kCondition && at_a_visit) entry.end.clear();
    }
    return std::move(out_);
  }

 private:
  std::string title(std::string_view code) const {
    const auto found = titles_.find(code);
    return found == titles_.end() ? std::string() : found->second;
  }

  Coding coding(std::string_view code) const {
    const std::size_t slash = code.find('/');
    return {system_of(code.substr(0, slash)), std::string(code.substr(slash + 1)), title(code)};
  }

  void add(const clinical::Event& event) {
    const std::string_view code = event.code;
    if (code == clinical::kBirth) {
      out_.birth_date = day_of(event.time);
    } else if (code == clinical::kDeath) {
      out_.death_date = day_of(event.time);
    } else if (code.starts_with("GENDER/")) {
      out_.sex = code.substr(7);
    } else if (code.starts_with("RACE/")) {
      const std::string name = title(code.substr(5));
      if (!name.empty()) out_.races.push_back(name);
    } else if (code.ends_with(clinical::kEndSuffix)) {
      end(event);
    } else if (event.time.known() && !code.starts_with("VISIT/") &&
               !code.starts_with("ETHNICITY/") && code != clinical::kObservation) {
      begin(event);
    }
  }

  void begin(const clinical::Event& event) {
    const std::string_view vocabulary = event.code.substr(0, event.code.find('/'));
    RecordEntry entry;
    entry.resource = event.code;
    entry.date = day_of(event.time);
    if (vocabulary == "SOURCE") {
      entry.text = event.code.substr(7);
    } else {
      entry.codings = {coding(event.code)};
      entry.text = entry.codings.front().display;
    }
    const bool has_value = !std::isnan(event.value) || !event.text.empty();
    if (is_drug(vocabulary)) {
      entry.kind = EntryKind::kMedication;
      entry.status = "completed";
    } else if (vocabulary == "LOINC" || has_value) {
      entry.kind = EntryKind::kObservation;
      entry.status = "final";
      if (!std::isnan(event.value)) {
        entry.has_number = true;
        entry.number = event.value;
        entry.unit = event.unit;
      }
      const bool coded = !title(event.text).empty();
      if (coded) entry.value_codings = {coding(event.text)};
      entry.value_text = coded ? title(event.text) : std::string(event.text);
    }
    running_[std::string(event.code)].push_back(out_.entries.size());
    out_.entries.push_back(std::move(entry));
  }

  // The earliest of the same code that has no end yet.
  void end(const clinical::Event& event) {
    const std::string begun(event.code.substr(0, event.code.size() - clinical::kEndSuffix.size()));
    const auto found = running_.find(begun);
    if (found == running_.end() || found->second.empty()) return;
    out_.entries[found->second.front()].end = day_of(event.time);
    found->second.erase(found->second.begin());
  }

  const clinical::Record& record_;
  const clinical::TextMap& titles_;
  PersonRecord out_;
  std::map<std::string, std::vector<std::size_t>> running_;
};

}  // namespace

std::vector<PersonRecord> read_omop_records(Run& run,
                                            const std::string& folder,
                                            const std::set<std::string>& wanted) {
  clinical::EventSorter sorter(std::filesystem::temp_directory_path(), kSortBytes);
  io::RecordsRead read = io::read_omop(folder, {}, sorter, run.context());
  std::vector<std::string> files;
  for (const io::RecordFile& file : read.files) {
    run.add_input("record", file.path, file.checksum);
    files.push_back(file.path);
  }
  for (const auto& [key, n] : read.report.dropped) {
    run.count_dropped("rows of " + key.first, key.second, n);
  }
  clinical::RecordMaker maker(read.references, files, false);
  clinical::PackedPerson packed;
  clinical::Record record;
  std::vector<PersonRecord> out;
  std::optional<PersonRecord> only;  // one person of each belong together whatever they are called
  std::uint64_t n_people = 0;
  while (sorter.next(packed)) {
    ++n_people;
    const bool mine = wanted.empty() || wanted.contains(packed.id);
    if (!mine && (wanted.size() != 1 || n_people > 1)) continue;
    maker.make(packed, record, read.report);
    PersonRecord person = PersonMaker(record, read.report.titles).make();
    person.source = folder;
    if (mine) {
      out.push_back(std::move(person));
    } else {
      only = std::move(person);
    }
  }
  if (out.empty() && n_people == 1 && only) out.push_back(std::move(*only));
  if (out.empty()) {
    throw base::DegenerateError(
        folder + ": holds nobody of the VCF, expected person_id to be the name of the sample",
        "name the samples by person_id, for instance with bcftools reheader");
  }
  return out;
}

}  // namespace gcrisk::pipeline
