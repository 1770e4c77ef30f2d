// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "study_people.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"

namespace gcrisk::pipeline {

namespace {

using Ids = std::vector<std::string>;
using RowOf = std::unordered_map<std::string_view, std::int64_t>;

struct Source {
  std::string name;
  Ids ids;
  RowOf row_of;
};

Source make_source(std::string name, Ids ids, const JoinOptions& options) {
  Source source{std::move(name), std::move(ids), {}};
  std::unordered_map<std::string_view, std::string_view> to_study(options.id_map.begin(),
                                                                  options.id_map.end());
  for (std::string& id : source.ids) {
    if (const auto at = to_study.find(id); at != to_study.end()) id = std::string(at->second);
  }
  for (std::size_t i = 0; i < source.ids.size(); ++i) {
    if (!source.row_of.emplace(source.ids[i], static_cast<std::int64_t>(i)).second) {
      throw base::MismatchError("the " + source.name + " file has two people called '" +
                                    source.ids[i] + "'" +
                                    (options.id_map.empty() ? "" : " after --id-map"),
                                "sample IDs must differ");
    }
  }
  return source;
}

Ids fam_ids(const StudyParts& parts) {
  Ids ids;
  for (const auto& row : parts.plink->samples) ids.push_back(row.id);
  return ids;
}

std::string without_zeros(const std::string& id) {
  const auto at = id.find_first_not_of('0');
  return at == std::string::npos ? id : id.substr(at);
}

// Why two lists of IDs may not meet: the first small change of the left one that joins most.
std::string guess_cause(const Source& left, const Source& right) {
  const auto joined_by = [&](const std::function<std::string(const std::string&)>& change) {
    std::unordered_map<std::string, int> changed;
    for (const auto& id : right.ids) changed.emplace(change(id), 0);
    return std::count_if(left.ids.begin(), left.ids.end(), [&](const auto& id) {
      return changed.contains(change(id));
    });
  };
  const auto plain = joined_by([](const std::string& id) { return id; });
  const auto half = [&](const std::string& id) {
    const auto at = id.find('_');
    return at == std::string::npos ? id : id.substr(at + 1);
  };
  const std::pair<std::string, std::function<std::string(const std::string&)>> changes[] = {
      {"letters in another case", [](const std::string& id) { return base::to_lower(id); }},
      {"leading zeros on one side only", without_zeros},
      {"FID_IID on one side and IID on the other", half}};
  for (const auto& [cause, change] : changes) {
    if (joined_by(change) > plain) return cause;
  }
  return "";
}

Ids first_five_not_in(const Source& from, const Source& other) {
  Ids out;
  for (const auto& id : from.ids) {
    if (out.size() < 5 && !other.row_of.contains(id)) out.push_back(id);
  }
  return out;
}

void report_join(const Source& left,
                 const Source& right,
                 double min_overlap,
                 base::Json& report,
                 const base::Context& context) {
  std::size_t joined = 0;
  for (const auto& id : left.ids) joined += right.row_of.contains(id) ? 1 : 0;
  const std::size_t smaller = std::min(left.ids.size(), right.ids.size());
  const std::string cause = joined < smaller ? guess_cause(left, right) : "";
  base::Json entry = {{"left", left.name},
                      {"left_count", left.ids.size()},
                      {"right", right.name},
                      {"right_count", right.ids.size()},
                      {"joined", joined},
                      {"left_only", first_five_not_in(left, right)},
                      {"right_only", first_five_not_in(right, left)}};
  if (!cause.empty()) entry["likely_cause"] = cause;
  const std::string text = left.name + " " + base::format_count(left.ids.size()) + " people, " +
                           right.name + " " + base::format_count(right.ids.size()) + ", joined " +
                           base::format_count(joined);
  if (static_cast<double>(joined) < min_overlap * static_cast<double>(smaller) || joined == 0) {
    throw base::MismatchError(
        text + ", expected at least " +
            base::format_count(
                static_cast<std::uint64_t>(std::ceil(min_overlap * static_cast<double>(smaller)))) +
            " (" + left.name + " only: " + base::join(first_five_not_in(left, right), ", ") + "; " +
            right.name + " only: " + base::join(first_five_not_in(right, left), ", ") + ")",
        cause.empty() ? "map the IDs with --id-map, or lower --min-overlap"
                      : "likely cause: " + cause + "; map the IDs with --id-map");
  }
  if (context.log)
    context.log->info(text + (cause.empty() ? "" : " (likely cause: " + cause + ")"));
  report.push_back(std::move(entry));
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
  if (parts.plink) sources.push_back(make_source("genotype", fam_ids(parts), options));
  if (parts.clinical) sources.push_back(make_source("clinical", parts.clinical->ids(), options));
  if (parts.molecular) sources.push_back(make_source("molecular", parts.molecular->ids(), options));
  for (std::size_t s = 1; s < sources.size(); ++s) {
    report_join(sources[0], sources[s], options.min_overlap, report, context);
  }
  People people;
  Source phenotype;
  if (phenotypes != nullptr) {
    phenotype = make_source("phenotype", phenotypes->ids(), options);
    report_join(sources[0], phenotype, options.min_overlap, report, context);
  }
  for (const std::string& id : sources[0].ids) {
    PersonRows person{id, -1, -1, -1};
    bool everywhere = true;
    for (const Source& source : sources) {
      const auto at = source.row_of.find(id);
      if (at == source.row_of.end()) {
        everywhere = false;
        continue;
      }
      if (source.name == "genotype") person.genotypes = at->second;
      if (source.name == "clinical") person.clinical = at->second;
      if (source.name == "molecular") person.molecular = at->second;
    }
    if (!everywhere) continue;
    people.rows.push_back(std::move(person));
    const auto at = phenotype.row_of.find(id);
    people.phenotype_rows.push_back(at == phenotype.row_of.end() ? -1 : at->second);
  }
  const std::uint64_t lost = sources[0].ids.size() - people.rows.size();
  if (lost > 0) people.losses.push_back({"not in every input", lost, false});
  if (people.rows.empty()) throw base::MismatchError("nobody is in all of the inputs");
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
