// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "evaluate_inputs.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <unordered_map>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::pipeline {

namespace {

Predictions select(const Predictions& all, const std::vector<std::uint32_t>& rows) {
  Predictions out;
  out.outcome = all.outcome.select_rows(rows);
  std::vector<Eigen::Index> at(rows.begin(), rows.end());
  for (const std::uint32_t row : rows) {
    out.ids.push_back(all.ids[row]);
    out.sets.push_back(all.sets[row]);
  }
  if (all.score.size() > 0) out.score = all.score(at);
  out.risk = all.risk(at, Eigen::all);
  return out;
}

bool has_prediction(const Predictions& predictions, std::size_t row) {
  const auto at = static_cast<Eigen::Index>(row);
  if (predictions.risk.cols() > 0) return !predictions.risk.row(at).hasNaN();
  return !std::isnan(predictions.score[at]);
}

}  // namespace

ChosenRows choose_rows(const Predictions& predictions,
                       const std::string& wanted,
                       const std::string& path) {
  std::map<std::string, std::vector<std::uint32_t>> rows;
  for (std::size_t i = 0; i < predictions.sets.size(); ++i) {
    rows[predictions.sets[i]].push_back(static_cast<std::uint32_t>(i));
  }
  ChosenRows out;
  out.set = wanted.empty() ? (rows.contains("test") ? "test" : "all") : wanted;
  if (out.set == "all") {
    for (std::size_t i = 0; i < predictions.ids.size(); ++i) {
      out.judged.push_back(static_cast<std::uint32_t>(i));
    }
    return out;
  }
  if (!rows.contains(out.set)) {
    std::vector<std::string> present;
    for (const auto& entry : rows) {
      present.push_back(entry.first == "NA" ? "rows without a set" : entry.first);
    }
    throw base::DegenerateError(
        path + ": no row has SET " + out.set + ", the file has: " + base::join(present, ", "),
        "give --set all to judge every row");
  }
  out.judged = rows[out.set];
  for (const char* set : {"validation", "train"}) {
    if (set == out.set || !rows.contains(set)) continue;
    out.reference = rows[set];
    out.reference_set = set;
    break;
  }
  return out;
}

ThresholdChoice parse_threshold(const std::string& text) {
  ThresholdChoice choice;
  choice.text = text;
  std::string number = text;
  if (text == "youden") {
    choice.rule = evaluate::ThresholdRule::kYouden;
    return choice;
  }
  if (text.starts_with("sens=")) {
    choice.rule = evaluate::ThresholdRule::kSensitivity;
    number = text.substr(5);
  } else if (text.starts_with("spec=")) {
    choice.rule = evaluate::ThresholdRule::kSpecificity;
    number = text.substr(5);
  }
  const auto value = base::parse_number(number);
  if (!value || !(*value > 0) || !(*value < 1)) {
    throw base::UsageError("--threshold " + text +
                           ": expected a risk in (0, 1), youden, sens=0.9 or spec=0.9");
  }
  choice.target = *value;
  return choice;
}

Paired pair_people(const Predictions& first, const Predictions& second, const std::string& path) {
  std::unordered_map<std::string, std::uint32_t> at;
  for (std::size_t i = 0; i < second.ids.size(); ++i) {
    at[second.ids[i]] = static_cast<std::uint32_t>(i);
  }
  if (first.outcome.kind != second.outcome.kind || first.outcome.levels != second.outcome.levels) {
    throw base::MismatchError(
        path + ": the outcome is " + std::string(cohort::to_string(second.outcome.kind)) +
            ", that of the first model " + std::string(cohort::to_string(first.outcome.kind)),
        "compare two models of the same outcome, with the same classes in the same order");
  }
  std::vector<std::uint32_t> of_first;
  std::vector<std::uint32_t> of_second;
  for (std::size_t i = 0; i < first.ids.size(); ++i) {
    const auto found = at.find(first.ids[i]);
    if (found == at.end()) continue;
    const double a = first.outcome.values[i];
    const double b = second.outcome.values[found->second];
    if (!std::isnan(a) && !std::isnan(b) && std::abs(a - b) > 1e-6 * (1 + std::abs(a))) {
      throw base::MismatchError(path + ": " + first.ids[i] + " has another outcome (" +
                                base::format_number(b) + ") than in the first file (" +
                                base::format_number(a) + ")");
    }
    if (!has_prediction(first, i) || !has_prediction(second, found->second)) continue;
    of_first.push_back(static_cast<std::uint32_t>(i));
    of_second.push_back(found->second);
  }
  if (of_first.empty()) {
    throw base::MismatchError(path + ": nobody in it is in the first file (first IDs: " +
                              second.ids.front() + " and " + first.ids.front() + ")");
  }
  Paired out;
  out.only_first = first.ids.size() - of_first.size();
  out.only_second = second.ids.size() - of_second.size();
  out.first = select(first, of_first);
  out.second = select(second, of_second);
  // Whoever one file knows the outcome of, has it in both; sets are those of the first.
  out.second.outcome = out.first.outcome;
  out.second.sets = out.first.sets;
  return out;
}

Grouping group_people(const clinical::Table& table,
                      const std::string& column,
                      const std::vector<std::string>& ids) {
  const clinical::Column& values = table.column(column);
  std::unordered_map<std::string, std::size_t> at;
  for (std::size_t row = 0; row < table.n_rows(); ++row) at[table.ids()[row]] = row;
  std::vector<std::ptrdiff_t> rows;
  std::set<double> different;
  for (const std::string& id : ids) {
    const auto found = at.find(id);
    const bool known = found != at.end() && !values.is_missing(found->second);
    rows.push_back(known ? static_cast<std::ptrdiff_t>(found->second) : -1);
    if (known && values.is_numeric()) different.insert(values.numbers[found->second]);
  }
  Grouping out;
  out.column = column;
  out.group.assign(ids.size(), -1);

  if (values.is_numeric() && different.size() > 10) {
    std::vector<double> sorted;
    for (const std::ptrdiff_t row : rows) {
      if (row >= 0) sorted.push_back(values.numbers[static_cast<std::size_t>(row)]);
    }
    std::sort(sorted.begin(), sorted.end());
    std::vector<double> cuts;
    for (const double q : {0.25, 0.5, 0.75}) {
      const double cut = sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size()))];
      if (cut > sorted.front() && (cuts.empty() || cut > cuts.back())) cuts.push_back(cut);
    }
    for (std::size_t i = 0; i <= cuts.size(); ++i) {
      const std::string from = base::format_number(i == 0 ? sorted.front() : cuts[i - 1], 4);
      out.names.push_back(i == cuts.size()
                              ? "[" + from + ", " + base::format_number(sorted.back(), 4) + "]"
                              : "[" + from + ", " + base::format_number(cuts[i], 4) + ")");
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] < 0) continue;
      const double value = values.numbers[static_cast<std::size_t>(rows[i])];
      out.group[i] = static_cast<std::int32_t>(std::upper_bound(cuts.begin(), cuts.end(), value) -
                                               cuts.begin());
    }
    return out;
  }

  std::map<std::string, std::int32_t> index;
  std::vector<std::pair<double, std::string>> order;
  for (const std::ptrdiff_t row : rows) {
    if (row < 0) continue;
    const auto r = static_cast<std::size_t>(row);
    const std::string cell = clinical::format_cell(values, r);
    if (!index.emplace(cell, 0).second) continue;
    order.emplace_back(values.is_numeric() ? values.numbers[r] : 0, cell);
  }
  std::sort(order.begin(), order.end());
  if (order.size() > 50) {
    throw base::MismatchError("--group-by " + column + ": " + std::to_string(order.size()) +
                              " different words, expected at most 50 groups");
  }
  for (const auto& entry : order) {
    index[entry.second] = static_cast<std::int32_t>(out.names.size());
    out.names.push_back(entry.second);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] < 0) continue;
    out.group[i] = index[clinical::format_cell(values, static_cast<std::size_t>(rows[i]))];
  }
  return out;
}

std::string model_name_of(const std::string& path) {
  std::filesystem::path trimmed(path);
  if (!trimmed.has_filename()) trimmed = trimmed.parent_path();
  std::string name = trimmed.filename().string();
  for (const std::string_view end :
       {".gz", ".zst", ".bgz", ".tsv", ".csv", ".txt", ".predictions"}) {
    if (name.size() > end.size() && name.ends_with(end)) name.resize(name.size() - end.size());
  }
  return name == "-" ? "stdin" : name;
}

}  // namespace gcrisk::pipeline
