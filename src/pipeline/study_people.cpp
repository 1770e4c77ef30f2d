// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "study_people.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"

namespace gcrisk::pipeline {

namespace {

using Ids = std::vector<std::string>;

// One input's people under the IDs of the study.
struct Source {
  std::string name;
  Ids ids;
};

Source make_source(std::string name, Ids ids, const cohort::IdMap& id_map) {
  std::unordered_set<std::string_view> seen;
  for (std::string& id : ids) {
    if (const auto at = id_map.find(id); at != id_map.end()) id = at->second;
    if (!seen.insert(id).second) {
      throw base::MismatchError("the " + name + " file has two people called '" + id + "'" +
                                    (id_map.empty() ? "" : " after --id-map"),
                                "sample IDs must differ");
    }
  }
  return {std::move(name), std::move(ids)};
}

Ids fam_ids(const StudyParts& parts) {
  Ids ids;
  for (const auto& row : parts.plink->samples) ids.push_back(row.id);
  return ids;
}

// For each left person the row on the right, or -1.
std::vector<std::int64_t> join(const Source& left,
                               const Source& right,
                               double min_overlap,
                               base::Json& report,
                               const base::Context& context) {
  const auto joined = cohort::join_samples(left.ids, right.ids, left.name, right.name);
  const cohort::JoinReport& r = joined.report;
  cohort::check_overlap(r, min_overlap);
  if (context.log) context.log->info(r.summary());
  report.push_back({{"left", r.left_name},
                    {"left_count", r.n_left},
                    {"right", r.right_name},
                    {"right_count", r.n_right},
                    {"joined", r.n_joined},
                    {"left_only", r.left_orphans},
                    {"right_only", r.right_orphans},
                    {"guess", r.guess}});
  std::vector<std::int64_t> rows(left.ids.size(), -1);
  for (std::size_t k = 0; k < joined.left_rows.size(); ++k) {
    rows[joined.left_rows[k]] = joined.right_rows[k];
  }
  return rows;
}

}  // namespace

void People::keep_where(const std::function<bool(std::size_t)>& keep,
                        const std::string& reason,
                        bool asked_for) {
  People left;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!keep(i)) continue;
    left.rows.push_back(rows[i]);
    left.phenotype_rows.push_back(phenotype_rows[i]);
  }
  const std::uint64_t lost = rows.size() - left.rows.size();
  rows = std::move(left.rows);
  phenotype_rows = std::move(left.phenotype_rows);
  if (lost > 0) losses.push_back({reason, lost, asked_for});
  if (rows.empty()) {
    throw base::DegenerateError("no person left: the last " + base::format_count(lost) +
                                " were dropped (" + reason + ")");
  }
}

People join_inputs(const StudyParts& parts,
                   const clinical::Table* phenotypes,
                   const JoinOptions& options,
                   base::Json& report,
                   const base::Context& context) {
  report = base::Json::array();
  std::vector<Source> sources;
  std::vector<std::int64_t PersonRows::*> places;
  if (parts.plink) {
    sources.push_back(make_source("genotypes", fam_ids(parts), options.id_map));
    places.push_back(&PersonRows::genotypes);
  }
  if (parts.clinical) {
    sources.push_back(make_source("clinical table", parts.clinical->ids(), options.id_map));
    places.push_back(&PersonRows::clinical);
  }
  if (parts.molecular) {
    sources.push_back(make_source("molecular table", parts.molecular->ids(), options.id_map));
    places.push_back(&PersonRows::molecular);
  }
  const Source& first = sources.front();
  std::vector<PersonRows> rows;
  for (std::size_t i = 0; i < first.ids.size(); ++i) {
    rows.push_back({first.ids[i]});
    rows.back().*places[0] = static_cast<std::int64_t>(i);
  }
  std::vector<char> everywhere(rows.size(), 1);
  for (std::size_t s = 1; s < sources.size(); ++s) {
    const auto partner = join(first, sources[s], options.min_overlap, report, context);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].*places[s] = partner[i];
      if (partner[i] < 0) everywhere[i] = 0;
    }
  }
  People people;
  people.rows = std::move(rows);
  people.phenotype_rows.assign(people.rows.size(), -1);
  if (phenotypes != nullptr) {
    people.phenotype_rows = join(first,
                                 make_source("phenotype table", phenotypes->ids(), options.id_map),
                                 options.min_overlap,
                                 report,
                                 context);
  }
  people.keep_where([&](std::size_t i) { return everywhere[i] != 0; }, "not in every input", false);
  return people;
}

clinical::Column find_person_column(const StudyParts& parts,
                                    const clinical::Table* phenotypes,
                                    const People& people,
                                    const std::string& name) {
  const clinical::Table* table = nullptr;
  bool is_phenotype = false;
  if (phenotypes != nullptr && phenotypes->find(name) != nullptr) {
    table = phenotypes;
    is_phenotype = true;
  } else if (parts.clinical && parts.clinical->find(name) != nullptr) {
    table = &*parts.clinical;
  } else {
    if (phenotypes != nullptr) phenotypes->column(name);  // says which columns are near
    if (parts.clinical) parts.clinical->column(name);
    throw base::MismatchError("no column '" + name +
                              "' can be found: neither --pheno nor "
                              "--clinical is given");
  }
  const clinical::Column& column = table->column(name);
  clinical::Column out;
  out.field = column.field;
  for (std::size_t i = 0; i < people.rows.size(); ++i) {
    const std::int64_t row = is_phenotype ? people.phenotype_rows[i] : people.rows[i].clinical;
    const auto at = static_cast<std::size_t>(row);
    if (column.is_numeric()) {
      out.numbers.push_back(row < 0 ? std::numeric_limits<double>::quiet_NaN()
                                    : column.numbers[at]);
    } else if (column.field.type == clinical::FieldType::kCategory) {
      out.codes.push_back(row < 0 ? -1 : column.codes[at]);
    } else {
      out.texts.push_back(row < 0 ? "" : column.texts[at]);
    }
  }
  return out;
}

clinical::Column fam_phenotype(const StudyParts& parts, const People& people) {
  clinical::Column column;
  column.field.name = "PHENO1";
  bool is_case_control = true;
  for (const PersonRows& person : people.rows) {
    const std::string& text =
        parts.plink->samples[static_cast<std::size_t>(person.genotypes)].phenotype;
    const auto value = base::parse_number(text);
    const bool missing = !value || *value == -9;
    column.numbers.push_back(missing ? std::numeric_limits<double>::quiet_NaN() : *value);
    if (!missing && *value != 0 && *value != 1 && *value != 2) is_case_control = false;
  }
  const bool has_two =
      std::find(column.numbers.begin(), column.numbers.end(), 2.0) != column.numbers.end();
  for (double& value : column.numbers) {
    if (is_case_control && has_two && value == 0) value = std::numeric_limits<double>::quiet_NaN();
  }
  return column;
}

std::vector<std::int32_t> groups_of(const clinical::Column& column) {
  std::map<std::string, std::int32_t> number_of;
  std::vector<std::int32_t> groups;
  std::int32_t next = 0;
  for (std::size_t i = 0; i < column.n_rows(); ++i) {
    if (column.is_missing(i)) {
      groups.push_back(next++);
      continue;
    }
    const auto [at, is_new] = number_of.emplace(clinical::format_cell(column, i), next);
    if (is_new) ++next;
    groups.push_back(at->second);
  }
  return groups;
}

std::vector<int> read_sets(const std::string& path, const People& people) {
  io::Input input(path);
  std::unordered_map<std::string, cohort::Set> set_of;
  std::string_view line;
  std::size_t id_column = 0;
  std::size_t set_column = 1;
  while (input.next_line(line)) {
    const auto cells = base::split(base::trim(line), line.find('\t') == line.npos ? ' ' : '\t');
    if (cells.empty() || cells[0].empty()) continue;
    if (input.line_number() == 1 && cells.back() == "SET") {
      set_column = cells.size() - 1;
      id_column = set_column > 0 ? set_column - 1 : 0;
      for (std::size_t c = 0; c < set_column; ++c) {
        if (cells[c] == "IID" || cells[c] == "#IID") id_column = c;
      }
      continue;
    }
    if (cells.size() <= std::max(id_column, set_column)) {
      throw base::MalformedError(
          input.place() + ": " + std::to_string(cells.size()) + " columns, expected #IID and SET",
          "SET is train, validation or test");
    }
    const std::string_view set = cells[set_column];
    if (set != "train" && set != "validation" && set != "test") {
      throw base::MalformedError(input.place() + ": set '" + std::string(set) +
                                 "', expected one of: train, validation, test");
    }
    const auto [at, is_new] = set_of.emplace(std::string(cells[id_column]), cohort::parse_set(set));
    if (!is_new && at->second != cohort::parse_set(set)) {
      throw base::MismatchError(input.place() + ": '" + std::string(cells[id_column]) +
                                "' stands in two sets");
    }
  }
  std::vector<int> out;
  for (const PersonRows& person : people.rows) {
    const auto at = set_of.find(person.id);
    out.push_back(at == set_of.end() ? -1 : static_cast<int>(at->second));
  }
  return out;
}

}  // namespace gcrisk::pipeline
