// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "column_step.hpp"

namespace gcrisk::preprocess {

// x -> (x - centre) / spread of each measured column. Two-valued columns (booleans, one-hot
// levels, missing indicators) keep their 0 and 1: a standardised indicator says less, and the
// coefficient of one would no longer be a difference between two groups. A spread of 0 counts as 1.
class Scale : public ColumnStep {
 public:
  struct Line {
    double centre;
    double spread;
  };
  using LearnLine = Line (*)(std::vector<double>& observed);
  explicit Scale(LearnLine learn_line) : learn_line_(learn_line) {}

 protected:
  std::vector<std::string> value_names() const override { return {"centre", "spread"}; }

  bool concerns(const clinical::Column& column) const override {
    return column.is_numeric() && column.field.type != clinical::FieldType::kBoolean;
  }

  void learn(const clinical::Column& column, std::span<double> values) const override {
    auto seen = observed(column);
    const Line line = seen.empty() ? Line{0, 1} : learn_line_(seen);
    values[0] = line.centre;
    values[1] = line.spread > 0 ? line.spread : 1;
  }

  void change(clinical::Column& column, std::span<const double> values) const override {
    for (double& value : column.numbers) value = (value - values[0]) / values[1];
  }

 private:
  LearnLine learn_line_;
};

}  // namespace gcrisk::preprocess
