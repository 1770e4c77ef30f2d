// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "column_step.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

#include "gcrisk/base/error.hpp"
#include "state.hpp"

namespace gcrisk::preprocess {

void ColumnStep::fit(const cohort::Cohort& training, const base::Context&) {
  const std::size_t width = value_names().size();
  for (std::size_t p = 0; p < kTableParts.size(); ++p) {
    Learned& learned = learned_[p];
    learned = {};
    for (const clinical::Column& column : (training.*kTableParts[p].table).columns()) {
      if (!concerns(column)) continue;
      learned.columns.push_back(column.field.name);
      learned.values.resize(learned.values.size() + width);
      learn(column, std::span(learned.values).last(width));
    }
  }
}

void ColumnStep::apply(cohort::Cohort& cohort, const base::Context&) const {
  const std::size_t width = value_names().size();
  for (std::size_t p = 0; p < kTableParts.size(); ++p) {
    const Learned& learned = learned_[p];
    if (learned.columns.empty()) continue;
    clinical::Table& table = cohort.*kTableParts[p].table;
    std::unordered_map<std::string_view, clinical::Column*> by_name;
    for (clinical::Column& column : table.columns()) by_name[column.field.name] = &column;
    for (std::size_t c = 0; c < learned.columns.size(); ++c) {
      const auto at = by_name.find(learned.columns[c]);
      clinical::Column& column = at != by_name.end()
                                     ? *at->second
                                     : find_column(table, kTableParts[p].name, learned.columns[c]);
      change(column, std::span(learned.values).subspan(c * width, width));
    }
  }
}

StepState ColumnStep::save() const {
  StepState state;
  const auto names = value_names();
  base::Json json = {{"values", names}};
  for (std::size_t p = 0; p < kTableParts.size(); ++p) {
    if (learned_[p].columns.empty()) continue;
    const std::string part(kTableParts[p].name);
    json[part] = learned_[p].columns;
    state.tensors[part] = {{learned_[p].columns.size(), names.size()}, learned_[p].values};
  }
  state.json_text = json.dump();
  return state;
}

void ColumnStep::load(const StepState& state) {
  const auto json = base::Json::parse(state.json_text);
  for (std::size_t p = 0; p < kTableParts.size(); ++p) {
    const std::string part(kTableParts[p].name);
    learned_[p] = {};
    if (!json.contains(part)) continue;
    learned_[p].columns = json[part].get<std::vector<std::string>>();
    learned_[p].values =
        tensor_values<double>(state, part, learned_[p].columns.size() * value_names().size());
  }
}

const clinical::Column& find_column(const clinical::Table& table,
                                    std::string_view part,
                                    const std::string& name) {
  if (const clinical::Column* found = table.find(name)) return *found;
  throw base::MismatchError("the " + std::string(part) + " table has no column '" + name +
                                "', which the recipe was fitted with",
                            "give the same table as for the study");
}

clinical::Column& find_column(clinical::Table& table,
                              std::string_view part,
                              const std::string& name) {
  return const_cast<clinical::Column&>(find_column(std::as_const(table), part, name));
}

std::vector<double> observed(const clinical::Column& column) {
  std::vector<double> values;
  values.reserve(column.numbers.size());
  for (const double value : column.numbers) {
    if (!std::isnan(value)) values.push_back(value);
  }
  return values;
}

double quantile(std::vector<double>& values, double probability) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double at = probability * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(std::floor(at));
  std::nth_element(values.begin(), values.begin() + below, values.end());
  const double low = values[static_cast<std::size_t>(below)];
  const double share = at - std::floor(at);
  if (share == 0) return low;
  const double high = *std::min_element(values.begin() + below + 1, values.end());
  return low + share * (high - low);
}

double most_frequent(const clinical::Column& column) {
  std::map<double, std::size_t> counts;
  if (column.is_numeric()) {
    for (const double value : column.numbers) {
      if (!std::isnan(value)) ++counts[value];
    }
  } else {
    for (const std::int32_t code : column.codes) {
      if (code >= 0) ++counts[code];
    }
  }
  double best = std::numeric_limits<double>::quiet_NaN();
  std::size_t most = 0;
  for (const auto& [value, n] : counts) {
    if (n > most) {
      most = n;
      best = value;
    }
  }
  return best;
}

}  // namespace gcrisk::preprocess
