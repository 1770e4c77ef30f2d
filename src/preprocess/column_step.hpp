// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/preprocess/step.hpp"

namespace gcrisk::preprocess {

// The two tables of a cohort, which most steps treat alike.
struct TablePart {
  std::string_view name;
  clinical::Table cohort::Cohort::*table;
};
inline constexpr std::array<TablePart, 2> kTableParts = {
    TablePart{"clinical", &cohort::Cohort::clinical},
    TablePart{"molecular", &cohort::Cohort::molecular}};

// A step that learns a few numbers of each column by itself and changes that column with them:
// means, scales, cut points. Columns are known again by name.
class ColumnStep : public Step {
 public:
  void fit(const cohort::Cohort& training, const base::Context& context) final;
  void apply(cohort::Cohort& cohort, const base::Context& context) const final;
  StepState save() const final;
  void load(const StepState& state) final;

 protected:
  // How many numbers `learn` fills, and their names for recipe.json.
  virtual std::vector<std::string> value_names() const = 0;
  virtual bool concerns(const clinical::Column& column) const = 0;
  virtual void learn(const clinical::Column& column, std::span<double> values) const = 0;
  virtual void change(clinical::Column& column, std::span<const double> values) const = 0;

 private:
  struct Learned {
    std::vector<std::string> columns;
    std::vector<double> values;  // value_names().size() a column
  };
  std::array<Learned, kTableParts.size()> learned_;
};

// The column of this name, or a MismatchError that says which part lacks it.
clinical::Column& find_column(clinical::Table& table,
                              std::string_view part,
                              const std::string& name);
const clinical::Column& find_column(const clinical::Table& table,
                                    std::string_view part,
                                    const std::string& name);

// Values that are not missing, in row order.
std::vector<double> observed(const clinical::Column& column);
// Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996). Reorders.
double quantile(std::vector<double>& values, double probability);
// Most frequent value, the smallest of several. NaN where there is none.
double most_frequent(const clinical::Column& column);

}  // namespace gcrisk::preprocess
