// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "parameters.hpp"

namespace gcrisk::models::trees {

base::Parameter class_weight_parameter() {
  return {.name = "class-weight",
          .type = base::ParameterType::kChoice,
          .meaning = "balanced: each class weighs n / (classes × n of the class)",
          .default_value = "none",
          .choices = {"none", "balanced"}};
}

base::Parameter horizon_parameter() {
  return {.name = "horizon",
          .type = base::ParameterType::kNumber,
          .meaning =
              "of a time to an event, RISK is its probability by this time, in the unit of the "
              "study's time; without it the median time of the events",
          .min = 0,
          .open_min = true,
          .placeholder = "T"};
}

base::ParameterTable tree_parameters() {
  using enum base::ParameterType;
  return {
      {.name = "criterion",
       .type = kChoice,
       .meaning = "impurity of classes; amounts use the variance, times to an event the log-rank "
                  "statistic",
       .default_value = "gini",
       .choices = {"gini", "entropy"}},
      {.name = "max-depth",
       .type = kInteger,
       .meaning = "largest depth of a leaf; 0: no limit",
       .default_value = "0",
       .min = 0,
       .max = 10000,
       .search = "int:2:16"},
      {.name = "min-node",
       .type = kInteger,
       .meaning = "a node with fewer samples is not split",
       .default_value = "2",
       .min = 2},
      {.name = "min-leaf",
       .type = kInteger,
       .meaning = "fewest samples in a leaf",
       .default_value = "1",
       .min = 1,
       .search = "int:1:50"},
      {.name = "min-gain",
       .type = kNumber,
       .meaning = "smallest impurity that a split must save, as a share of all samples",
       .default_value = "0",
       .min = 0},
      class_weight_parameter(),
      horizon_parameter(),
  };
}

ForestSettings tree_settings(const base::Parameters& p) {
  ForestSettings settings;
  settings.criterion = p.text("criterion");
  settings.criterion_given = p.given("criterion");
  settings.grow.max_depth = static_cast<std::size_t>(p.integer("max-depth"));
  settings.grow.min_node = p.number("min-node");
  settings.grow.min_leaf = p.number("min-leaf");
  settings.grow.min_gain = p.number("min-gain");
  settings.balanced = p.text("class-weight") == "balanced";
  settings.horizon = p.number_if("horizon");
  return settings;
}

}  // namespace gcrisk::models::trees
