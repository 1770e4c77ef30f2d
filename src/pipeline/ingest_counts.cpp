// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "ingest_counts.hpp"

#include "gcrisk/base/text.hpp"
#include "gcrisk/clinical/deidentify.hpp"
#include "gcrisk/io/tsv.hpp"

namespace gcrisk::pipeline {

using base::format_count;

void write_counts(base::OutputFile& file, const clinical::IngestReport& report, bool hide_small) {
  io::TsvWriter out(file, {"#TYPE", "WHAT", "REASON", "COUNT"});
  const auto row = [&](const std::string& type,
                       std::string_view what,
                       const std::string& reason,
                       std::uint64_t n) {
    out.text(type).text(what).text(reason.empty() ? "NA" : reason);
    if (hide_small && n > 0 && n < clinical::kSmallestCell) {
      out.text("<" + std::to_string(clinical::kSmallestCell)).end_row();
    } else {
      out.integer(static_cast<std::int64_t>(n)).end_row();
    }
  };
  for (const auto& [type, n] : report.seen) row(type, "seen", "", n);
  for (const auto& [type, n] : report.unused) row(type, "not read", "", n);
  for (const auto& [type, n] : report.events) row(type, "events", "", n);
  for (const auto& [key, n] : report.dropped) row(key.first, "dropped", key.second, n);
  for (const auto& [key, n] : report.remarks) row(key.first, "noticed", key.second, n);
  if (report.bad_records > 0) row("record", "dropped", "broken", report.bad_records);
}

void tell_counts(Run& run, const clinical::IngestReport& report, bool hide_examples) {
  base::Log& log = run.log();
  std::vector<std::string> parts;
  for (const auto& [type, n] : report.seen) {
    parts.push_back(format_count(n) + " " + type +
                    (report.unused.contains(type) ? " (not read)" : ""));
  }
  log.info("read " + (parts.empty() ? "nothing" : base::join(parts, ", ")));
  for (const auto& [type, n] : report.unused)
    run.count_filtered(type, "not a type that is read", n);
  for (const auto& [key, n] : report.dropped) {
    run.count_filtered(key.first, key.second, n);
    log.info(key.first + ": " + format_count(n) + " left out, " + key.second);
  }
  std::vector<std::string> tables;
  for (const auto& [key, n] : report.remarks) {
    if (key.first.starts_with("table ")) {
      tables.push_back(key.first.substr(6));
      continue;
    }
    log.info(key.first + ": " + format_count(n) + " " + key.second);
    run.note(key.first + ": " + key.second, static_cast<double>(n));
  }
  if (!tables.empty()) log.info("tables that are not read: " + base::join(tables, ", "));
  if (report.bad_records > 0) {
    run.count_dropped("records", "broken", report.bad_records);
    for (const auto& example : report.bad_examples) {
      if (!hide_examples) log.flood("broken record", example);
    }
    log.warning(format_count(report.bad_records) + " broken records were skipped");
  }
}

}  // namespace gcrisk::pipeline
