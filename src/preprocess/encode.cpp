// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "encode.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"

namespace gcrisk::preprocess {

using clinical::Column;
using clinical::FieldType;
using clinical::Table;

void Encoder::fit(const cohort::Cohort& training, const base::Context&) {
  for (std::size_t p = 0; p < kTableParts.size(); ++p) {
    categories_[p].clear();
    for (const Column& column : (training.*kTableParts[p].table).columns()) {
      if (column.field.type != FieldType::kCategory) continue;
      categories_[p].push_back({column.field.name, column.field.levels});
    }
  }
}

void Encoder::apply(cohort::Cohort& cohort, const base::Context&) const {
  for (std::size_t p = 0; p < kTableParts.size(); ++p) {
    if (categories_[p].empty()) continue;
    Table& table = cohort.*kTableParts[p].table;
    std::map<std::string_view, const Category*> by_name;
    for (const Category& category : categories_[p]) {
      const Column& column = find_column(table, kTableParts[p].name, category.name);
      const auto& levels = column.field.levels;
      if (column.field.type != FieldType::kCategory || levels.size() < category.levels.size() ||
          !std::equal(category.levels.begin(), category.levels.end(), levels.begin())) {
        throw base::MismatchError(
            "the " + std::string(kTableParts[p].name) + " column '" + category.name +
            "' does not have the levels that it was encoded with in the training set");
      }
      by_name[category.name] = &category;
    }
    Table out(table.ids());
    for (Column& column : table.columns()) {
      const auto at = by_name.find(column.field.name);
      if (at == by_name.end()) {
        out.columns().push_back(std::move(column));
        continue;
      }
      for (Column& encoded : encode(column, at->second->levels)) {
        out.columns().push_back(std::move(encoded));
      }
    }
    table = std::move(out);
  }
}

StepState Encoder::save() const {
  base::Json json = base::Json::object();
  for (std::size_t p = 0; p < kTableParts.size(); ++p) {
    base::Json& part = json[std::string(kTableParts[p].name)] = base::Json::object();
    for (const Category& category : categories_[p]) part[category.name] = category.levels;
  }
  return {json.dump(), {}};
}

void Encoder::load(const StepState& state) {
  const auto json = base::Json::parse(state.json_text);
  for (std::size_t p = 0; p < kTableParts.size(); ++p) {
    categories_[p].clear();
    for (const auto& [name, levels] : json.at(std::string(kTableParts[p].name)).items()) {
      categories_[p].push_back({name, levels.get<std::vector<std::string>>()});
    }
  }
}

}  // namespace gcrisk::preprocess
