// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "column_step.hpp"

namespace gcrisk::preprocess {

// A step that replaces category columns by numeric ones, in place. `fit` takes over the levels
// that `select-columns` left: those of the training set.
class Encoder : public Step {
 public:
  void fit(const cohort::Cohort& training, const base::Context& context) final;
  void apply(cohort::Cohort& cohort, const base::Context& context) const final;
  StepState save() const final;
  void load(const StepState& state) final;

 protected:
  // The numeric columns for one category column; its codes may exceed the number of `levels`.
  virtual std::vector<clinical::Column> encode(const clinical::Column& column,
                                               const std::vector<std::string>& levels) const = 0;

 private:
  struct Category {
    std::string name;
    std::vector<std::string> levels;
  };
  std::array<std::vector<Category>, kTableParts.size()> categories_;
};

}  // namespace gcrisk::preprocess
