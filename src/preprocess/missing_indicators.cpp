// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "column_step.hpp"

namespace gcrisk::preprocess {

namespace {

using clinical::Column;
using clinical::FieldType;

class MissingIndicators : public Step {
 public:
  void fit(const cohort::Cohort& training, const base::Context&) override {
    for (std::size_t p = 0; p < kTableParts.size(); ++p) {
      columns_[p].clear();
      for (const Column& column : (training.*kTableParts[p].table).columns()) {
        if (column.field.type == FieldType::kText || column.field.role == "ignore") continue;
        for (std::size_t i = 0; i < column.n_rows(); ++i) {
          if (!column.is_missing(i)) continue;
          columns_[p].push_back(column.field.name);
          break;
        }
      }
    }
  }

  void apply(cohort::Cohort& cohort, const base::Context&) const override {
    for (std::size_t p = 0; p < kTableParts.size(); ++p) {
      if (columns_[p].empty()) continue;
      clinical::Table& table = cohort.*kTableParts[p].table;
      // A table that was not given at all has no IDs yet.
      if (table.n_rows() == 0) table = clinical::Table(cohort.ids);
      for (const std::string& name : columns_[p]) {
        const Column* found = table.find(name);
        Column indicator;
        indicator.field.name = name + ":missing";
        indicator.field.type = FieldType::kBoolean;
        indicator.field.description = "1 where " + name + " is missing";
        indicator.numbers.resize(table.n_rows(), 1);
        for (std::size_t i = 0; found != nullptr && i < indicator.numbers.size(); ++i) {
          indicator.numbers[i] = found->is_missing(i) ? 1 : 0;
        }
        table.add(std::move(indicator));
      }
    }
  }

  StepState save() const override {
    base::Json json = base::Json::object();
    for (std::size_t p = 0; p < kTableParts.size(); ++p) {
      json[std::string(kTableParts[p].name)] = columns_[p];
    }
    return {json.dump(), {}};
  }

  void load(const StepState& state) override {
    const auto json = base::Json::parse(state.json_text);
    for (std::size_t p = 0; p < kTableParts.size(); ++p) {
      columns_[p] = json.at(std::string(kTableParts[p].name)).get<std::vector<std::string>>();
    }
  }

 private:
  std::array<std::vector<std::string>, kTableParts.size()> columns_;
};

}  // namespace

const StepEntry& missing_indicators_entry() {
  static const StepEntry kEntry = {
      .name = "missing-indicators",
      .title = "missing indicators",
      .purpose =
          "Adds a column NAME:missing of 0 and 1 for each column with gaps in the training "
          "set, so that a model can learn from the fact that something was not measured.",
      .parameters = {},
      .make = [](const base::Parameters&) -> std::unique_ptr<Step> {
        return std::make_unique<MissingIndicators>();
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
