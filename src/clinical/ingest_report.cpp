// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/ingest_report.hpp"

#include "gcrisk/clinical/text_table.hpp"

namespace gcrisk::clinical {

namespace {
constexpr std::size_t kExamples = 5;
constexpr std::size_t kLongestTitle = 200;
}  // namespace

void IngestReport::bad(std::string message) {
  ++bad_records;
  if (bad_examples.size() < kExamples) bad_examples.push_back(std::move(message));
}

void IngestReport::title(std::string_view code, std::string_view text) {
  if (text.empty()) return;
  text = cut_text(text, kLongestTitle);
  const auto at = titles.find(code);
  if (at == titles.end()) {
    titles.emplace(std::string(code), std::string(text));
  } else if (text < at->second) {
    at->second = text;
  }
}

void IngestReport::clear() { *this = IngestReport(); }

void IngestReport::merge(const IngestReport& other) {
  const auto add = [](auto& to, const auto& from) {
    for (const auto& [key, n] : from) to[key] += n;
  };
  add(seen, other.seen);
  add(unused, other.unused);
  add(events, other.events);
  add(dropped, other.dropped);
  add(remarks, other.remarks);
  bad_records += other.bad_records;
  for (const auto& example : other.bad_examples) {
    if (bad_examples.size() < kExamples) bad_examples.push_back(example);
  }
  for (const auto& [code, text] : other.titles) title(code, text);
}

}  // namespace gcrisk::clinical
