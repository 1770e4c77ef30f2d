// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "record_options.hpp"

#include <algorithm>
#include <cstdint>

#include "event_features.hpp"
#include "sequence_file.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::uint64_t kLeastSortMemory = std::uint64_t{16} << 20;
constexpr std::uint64_t kMostSortMemory = std::uint64_t{128} << 20;

}  // namespace

base::ParameterTable record_parameters() {
  using enum base::ParameterType;
  base::ParameterTable table = {
      {.name = "on-bad-record",
       .type = kChoice,
       .meaning = "what to do with a broken record: stop, or skip and count it",
       .default_value = "stop",
       .choices = {"stop", "skip"}},
      {.name = "prefer-systems",
       .type = kTexts,
       .meaning = "FHIR: where a concept has codes of several vocabularies, the first of these "
                  "counts; else the coding that stands first",
       .placeholder = "ICD10CM,SNOMED"},
      {.name = "deidentify",
       .type = kPath,
       .meaning = "take identifiers out (Safe Harbor): keyed pseudonyms, dates moved by 1 to 365 "
                  "days a person, ages above 89 as 90, no free text; what was removed is listed in "
                  "PREFIX.deidentified.tsv. The file holds the key, of at least 16 bytes",
       .placeholder = "KEYFILE",
       .source = "45 CFR 164.514(b)(2)"},
  };
  for (auto& row : table) row.group = "records";
  for (auto& row : feature_parameters()) table.push_back(std::move(row));
  for (auto& row : sequence_parameters()) table.push_back(std::move(row));
  return table;
}

io::RecordOptions record_options(const base::Parameters& p) {
  io::RecordOptions options;
  options.skip_bad = p.text("on-bad-record") == "skip";
  options.checksum =
      p.text("checksums") == "sha256" ? base::Checksum::kSha256 : base::Checksum::kXxh3;
  options.prefer_systems = p.texts("prefer-systems");
  return options;
}

std::size_t record_sort_memory(const base::Context& context) {
  return static_cast<std::size_t>(
      std::clamp(context.memory_bytes / 8, kLeastSortMemory, kMostSortMemory));
}

}  // namespace gcrisk::pipeline
