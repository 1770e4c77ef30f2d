// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/io/table.hpp"
#include "pipeline/show_files.hpp"

namespace gcrisk::pipeline {

namespace {

using base::Json;

char separator_of(std::string_view line) {
  for (const char c : {'\t', ',', ';', '|'}) {
    if (line.find(c) != std::string_view::npos) return c;
  }
  return '\0';
}

std::string unquoted(std::string_view cell) {
  cell = base::trim(cell);
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') {
    cell = cell.substr(1, cell.size() - 2);
  }
  return std::string(cell);
}

struct Kind {
  const char* name;
  std::vector<const char*> columns;  // all of them must be there
};

// From the most particular to the most general.
const std::vector<Kind>& kinds() {
  static const std::vector<Kind> kAll = {
      {"metrics of a model", {"METRIC", "VALUE"}},
      {"truth of simulated people", {"IID", "POPULATION", "LIABILITY"}},
      {"predictions", {"IID", "SET", "OUTCOME", "SCORE"}},
      {"predictions", {"IID", "OUTCOME", "RISK"}},
      {"predictions", {"IID", "SCORE"}},
      {"split of a study", {"IID", "SET"}},
      {"chosen variants", {"CHROM", "POS", "ID", "RANK"}},
      {"scan of variants", {"CHROM", "POS", "ID", "P_ALLELIC"}},
      {"scan of variants", {"CHROM", "POS", "ID", "P"}},
      {"variants of a model", {"CHROM", "POS", "ID", "A1", "A1_FREQ"}},
      {"list of variants", {"CHROM", "POS", "ID"}},
      {"events", {"subject_id", "time", "code"}},
      {"ROC curve", {"THRESHOLD", "FPR", "TPR"}},
  };
  return kAll;
}

std::string kind_of(const std::vector<std::string>& header) {
  for (const Kind& kind : kinds()) {
    const bool all = std::all_of(kind.columns.begin(), kind.columns.end(), [&](const char* name) {
      return std::find(header.begin(), header.end(), name) != header.end();
    });
    if (all) return kind.name;
  }
  return {};
}

// Rows that a person wants to see first, and how many there are.
void add_rows(const Head& head,
              char separator,
              const std::vector<std::string>& header,
              std::size_t header_line,
              Json& facts) {
  constexpr std::size_t kColumns = 10;
  Json first = Json::array();
  const std::size_t most = facts["kind"] == "metrics of a model" ? 24 : 5;
  for (std::size_t i = header_line + 1; i < head.lines.size() && first.size() < most; ++i) {
    const auto cells = base::split(head.lines[i], separator);
    Json row = Json::object();
    for (std::size_t c = 0; c < std::min({cells.size(), header.size(), kColumns}); ++c) {
      row[header[c]] = unquoted(cells[c]);
    }
    if (!row.empty()) first.push_back(std::move(row));
  }
  io::Input input(head.path);
  std::string_view line;
  std::uint64_t rows = 0;
  while (input.next_line(line)) {
    if (!line.empty()) ++rows;
  }
  facts["rows"] = rows > header_line + 1 ? rows - header_line - 1 : 0;
  facts["columns"] = header;
  if (!first.empty()) facts["first_rows"] = first;
}

Json column_facts(const clinical::Column& column) {
  const std::size_t n = column.n_rows();
  std::size_t missing = 0;
  for (std::size_t row = 0; row < n; ++row) missing += column.is_missing(row) ? 1 : 0;
  Json out = {{"name", column.field.name},
              {"type", clinical::to_string(column.field.type)},
              {"missing", missing}};
  std::string values;
  if (column.field.type == clinical::FieldType::kCategory) {
    std::vector<std::size_t> counts(column.field.levels.size());
    for (const std::int32_t code : column.codes) {
      if (code >= 0) ++counts[static_cast<std::size_t>(code)];
    }
    for (std::size_t i = 0; i < counts.size() && i < 6; ++i) {
      values += (i > 0 ? ", " : "") + column.field.levels[i] + " " + std::to_string(counts[i]);
    }
    if (counts.size() > 6) values += ", … (" + std::to_string(counts.size()) + ")";
  } else if (column.is_numeric()) {
    double low = INFINITY;
    double high = -INFINITY;
    double sum = 0;
    for (const double value : column.numbers) {
      if (std::isnan(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
      sum += value;
    }
    if (column.field.type == clinical::FieldType::kDate && low <= high) {
      values = clinical::format_date(low) + " to " + clinical::format_date(high);
    } else if (low <= high) {
      values = base::format_number(low) + " to " + base::format_number(high) + ", mean " +
               base::format_number(sum / static_cast<double>(n - missing), 4);
    }
  }
  out["values"] = values;
  return out;
}

// A table of people that fits in memory: every column with its type, range and missing values.
bool add_columns(const Head& head, Json& facts) {
  constexpr std::uintmax_t kMostBytes = std::uintmax_t{200} << 20;
  if (head.path == "-" || std::filesystem::file_size(head.path) > kMostBytes) return false;
  io::TableReport report;
  const clinical::Table table = io::read_table(head.path, {}, &report);
  facts["dialect"] = report.dialect;
  facts["people"] = table.n_rows();
  if (report.duplicate_rows > 0) facts["duplicate_rows"] = report.duplicate_rows;
  if (report.contradictory_rows > 0) facts["contradictory_rows"] = report.contradictory_rows;
  Json columns = Json::array();
  for (const auto& column : table.columns()) columns.push_back(column_facts(column));
  facts["columns"] = columns;
  return true;
}

}  // namespace

Facts show_table(const Head& head) {
  if (head.bytes.find('\0') != std::string::npos || head.lines.empty()) return std::nullopt;
  // Lines of comment in front begin with two signs, or with one and have no separator.
  std::size_t at = 0;
  while (at < head.lines.size() &&
         (head.lines[at].starts_with("##") ||
          (head.lines[at].starts_with("#") && separator_of(head.lines[at]) == '\0'))) {
    ++at;
  }
  if (at == head.lines.size()) return std::nullopt;
  std::string_view first = head.lines[at];
  if (first.starts_with("\xef\xbb\xbf")) first.remove_prefix(3);
  const char separator = separator_of(first);
  if (separator == '\0') return std::nullopt;
  std::vector<std::string> header;
  for (const auto cell : base::split(first, separator)) header.push_back(unquoted(cell));
  if (header[0].starts_with("#")) header[0].erase(0, 1);
  if (at + 1 < head.lines.size() && head.lines[at + 1].find(separator) == std::string_view::npos) {
    return std::nullopt;  // sentences with a comma, not rows
  }
  Json facts = {{"path", head.path}, {"kind", kind_of(header)}};
  if (facts["kind"] == "") {
    facts["kind"] = "table, one row a person";
    if (add_columns(head, facts)) return facts;
  }
  if (head.path == "-") {
    facts["columns"] = header;
    return facts;
  }
  add_rows(head, separator, header, at, facts);
  return facts;
}

}  // namespace gcrisk::pipeline
