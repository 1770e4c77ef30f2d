// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "recommend_fhir.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "recommend_fhir_resource.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::size_t kLargestRecord = std::size_t{512} << 20;

// The files of a path, in the order of their names.
std::vector<std::string> files_of(const std::string& path) {
  if (path == "-" || !std::filesystem::is_directory(path)) return {path};
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    const std::string name = entry.path().filename().string();
    const bool json =
        name.find(".json") != std::string::npos || name.find(".ndjson") != std::string::npos;
    if (entry.is_regular_file() && json) out.push_back(entry.path().string());
  }
  std::sort(out.begin(), out.end());
  if (out.empty()) {
    throw base::ReadError(path + ": no .json or .ndjson file in this folder");
  }
  return out;
}

std::string read_whole(Run& run, const std::string& path) {
  io::Input input(path);
  std::string text;
  char buffer[1 << 16];
  while (const std::size_t n = input.read(buffer, sizeof buffer)) {
    text.append(buffer, n);
    if (text.size() > kLargestRecord) {
      throw base::MalformedError(path +
                                 ": larger than 512 MiB, expected the records of the people "
                                 "of one plan");
    }
  }
  run.add_input("record", path, input.finish_hash());
  return text;
}

FhirJson parse(std::string_view text, const std::string& name, std::size_t first_line) {
  try {
    return FhirJson::parse(text.begin(), text.end());
  } catch (const nlohmann::json::parse_error& error) {
    const std::size_t byte = std::min<std::size_t>(error.byte, text.size());
    const auto line = static_cast<std::size_t>(
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(byte), '\n'));
    throw base::MalformedError(name + ":" + std::to_string(first_line + line) +
                               ": no JSON here, expected a FHIR R4 resource or bundle");
  }
}

// Collects resources of all files, then hands each to its person.
class Records {
 public:
  void add(const FhirJson& json, const std::string& place) {
    const std::string type = fhir_text(json, "resourceType");
    if (type.empty()) {
      throw base::MalformedError(place +
                                 ": no resourceType, expected a FHIR R4 resource or bundle");
    }
    if (type != "Bundle") {
      keep(json, "");
      return;
    }
    if (timestamp_.empty()) timestamp_ = fhir_text(json, "timestamp");
    const auto entries = json.find("entry");
    if (entries == json.end() || !entries->is_array()) return;
    for (const FhirJson& entry : *entries) {
      const auto resource = entry.find("resource");
      if (resource != entry.end() && resource->is_object()) {
        keep(*resource, fhir_text(entry, "fullUrl"));
      }
    }
  }

  std::vector<recommend::PersonRecord> people(Run& run) {
    std::vector<recommend::PersonRecord> out;
    std::map<std::string, std::size_t> of_id;
    for (const auto& [name, resource] : kept_) {
      if (fhir_text(resource, "resourceType") != "Patient") continue;
      recommend::PersonRecord person = fhir_person(resource);
      person.timestamp = timestamp_;
      if (!of_id.emplace(person.id, out.size()).second) {
        throw base::MalformedError("Patient/" + person.id + ": stands twice in the records");
      }
      out.push_back(std::move(person));
    }
    if (out.empty()) {
      throw base::DegenerateError("the records hold no Patient, expected at least one");
    }
    const auto follow = [&](const std::string& reference) -> const FhirJson* {
      const auto found = by_name_.find(reference);
      return found == by_name_.end() ? nullptr : &kept_[found->second].second;
    };
    std::uint64_t n_lost = 0;
    std::uint64_t n_other = 0;
    for (const auto& [name, resource] : kept_) {
      if (fhir_text(resource, "resourceType") == "Patient") continue;
      auto entry = fhir_entry(resource, follow);
      if (!entry) {
        ++n_other;
        continue;
      }
      std::string subject = fhir_subject(resource);
      if (const FhirJson* patient = follow(subject))
        subject = "Patient/" + fhir_text(*patient, "id");
      const auto person = of_id.find(subject.substr(subject.rfind('/') + 1));
      if (person == of_id.end()) {
        ++n_lost;
        continue;
      }
      out[person->second].entries.push_back(std::move(*entry));
    }
    if (n_lost > 0) run.count_dropped("resources", "of nobody in the records", n_lost);
    if (n_other > 0) run.count_filtered("resources", "of a type that no plan asks for", n_other);
    return out;
  }

 private:
  void keep(const FhirJson& resource, const std::string& url) {
    const std::string type = fhir_text(resource, "resourceType");
    const std::size_t at = kept_.size();
    by_name_.emplace(type + "/" + fhir_text(resource, "id"), at);
    if (!url.empty()) by_name_.emplace(url, at);
    kept_.emplace_back(url, resource);
  }

  std::vector<std::pair<std::string, FhirJson>> kept_;
  std::map<std::string, std::size_t> by_name_;
  std::string timestamp_;
};

}  // namespace

std::vector<recommend::PersonRecord> read_fhir_records(Run& run,
                                                       const std::vector<std::string>& paths) {
  Records records;
  for (const std::string& path : paths) {
    for (const std::string& file : files_of(path)) {
      const std::string text = read_whole(run, file);
      // NDJSON: every line is an object of its own; a pretty-printed file's first line is not.
      const std::string_view first = base::trim(std::string_view(text).substr(0, text.find('\n')));
      const bool lines =
          first.size() > 1 && first.ends_with('}') && base::trim(text).size() > first.size();
      if (!lines) {
        records.add(parse(text, file, 1), file);
        continue;
      }
      std::size_t number = 0;
      for (const std::string_view line : base::split(text, '\n')) {
        ++number;
        if (base::trim(line).empty()) continue;
        records.add(parse(line, file, number), file + ":" + std::to_string(number));
      }
    }
  }
  return records.people(run);
}

}  // namespace gcrisk::pipeline
