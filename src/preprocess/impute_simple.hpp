// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "column_step.hpp"

namespace gcrisk::preprocess {

// Fills the gaps of a column with one value that was learned from it: `typical` for measured
// columns; two-valued and category columns get their most frequent value.
class ImputeSimple : public ColumnStep {
 public:
  using Typical = double (*)(const clinical::Column&);
  ImputeSimple(std::string name, Typical typical) : name_(std::move(name)), typical_(typical) {}

 protected:
  std::vector<std::string> value_names() const override { return {name_}; }

  bool concerns(const clinical::Column& column) const override {
    return column.field.type != clinical::FieldType::kText;
  }

  void learn(const clinical::Column& column, std::span<double> values) const override {
    const auto type = column.field.type;
    const bool is_class =
        type == clinical::FieldType::kBoolean || type == clinical::FieldType::kCategory;
    values[0] = is_class ? most_frequent(column) : typical_(column);
  }

  void change(clinical::Column& column, std::span<const double> values) const override {
    if (std::isnan(values[0])) return;
    for (double& value : column.numbers) {
      if (std::isnan(value)) value = values[0];
    }
    for (std::int32_t& code : column.codes) {
      if (code < 0) code = static_cast<std::int32_t>(values[0]);
    }
  }

 private:
  std::string name_;
  Typical typical_;
};

}  // namespace gcrisk::preprocess
