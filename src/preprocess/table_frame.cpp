// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "table_frame.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "column_step.hpp"

namespace gcrisk::preprocess {

using Eigen::Index;
using Eigen::MatrixXd;

TableFrame::TableFrame(const clinical::Table& training) {
  for (const clinical::Column& source : training.columns()) {
    if (source.field.type == clinical::FieldType::kText) continue;
    Column column;
    column.name = source.field.name;
    column.two_valued = source.field.type == clinical::FieldType::kBoolean;
    if (!source.is_numeric()) {
      column.n_levels = source.field.levels.size();
      column.mean = most_frequent(source);
    } else {
      const auto seen = observed(source);
      const auto n = static_cast<double>(seen.size());
      double sum = 0;
      for (const double value : seen) sum += value;
      column.mean = seen.empty() ? 0 : sum / n;
      double squares = 0;
      for (const double value : seen) squares += (value - column.mean) * (value - column.mean);
      const double sd = seen.empty() ? 0 : std::sqrt(squares / n);
      column.sd = sd > 1e-12 * std::abs(column.mean) ? sd : 1;
    }
    columns_.push_back(std::move(column));
  }
}

MatrixXd TableFrame::values(const clinical::Table& table, std::string_view part) const {
  MatrixXd out(static_cast<Index>(table.n_rows()), static_cast<Index>(columns_.size()));
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const clinical::Column& source = find_column(table, part, columns_[c].name);
    auto column = out.col(static_cast<Index>(c));
    if (columns_[c].n_levels == 0) {
      std::copy(source.numbers.begin(), source.numbers.end(), column.begin());
      continue;
    }
    for (std::size_t i = 0; i < source.codes.size(); ++i) {
      const std::int32_t code = source.codes[i];
      const bool known = code >= 0 && static_cast<std::size_t>(code) < columns_[c].n_levels;
      column[static_cast<Index>(i)] = known ? code : std::numeric_limits<double>::quiet_NaN();
    }
  }
  return out;
}

void TableFrame::fill(clinical::Table& table, const MatrixXd& values) const {
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    clinical::Column& target = find_column(table, "", columns_[c].name);
    for (std::size_t i = 0; i < target.n_rows(); ++i) {
      if (!target.is_missing(i)) continue;
      const double value = values(static_cast<Index>(i), static_cast<Index>(c));
      if (target.is_numeric()) {
        target.numbers[i] = value;
      } else {
        target.codes[i] = static_cast<std::int32_t>(value);
      }
    }
  }
}

base::Json TableFrame::to_json() const {
  base::Json out = base::Json::array();
  for (const Column& c : columns_) {
    base::Json column = {{"name", c.name}, {"mean", c.mean}, {"sd", c.sd}};
    if (c.n_levels > 0) column["levels"] = c.n_levels;
    if (c.two_valued) column["two_valued"] = true;
    out.push_back(std::move(column));
  }
  return out;
}

TableFrame TableFrame::from_json(const base::Json& json) {
  TableFrame out;
  for (const auto& c : json) {
    out.columns_.push_back({c.at("name").get<std::string>(),
                            c.value("levels", std::size_t{0}),
                            c.value("two_valued", false),
                            c.at("mean").get<double>(),
                            c.at("sd").get<double>()});
  }
  return out;
}

}  // namespace gcrisk::preprocess
