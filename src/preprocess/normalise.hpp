// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "gcrisk/preprocess/step.hpp"

namespace gcrisk::preprocess {

// A change of the molecular table that needs nothing of other people: one person's values at a
// time, missing as NaN. Nothing is learned.
class RowNormaliser : public Step {
 public:
  void fit(const cohort::Cohort& training, const base::Context& context) override;
  void apply(cohort::Cohort& cohort, const base::Context& context) const override;
  StepState save() const override { return {"{}", {}}; }
  void load(const StepState&) override {}

 protected:
  // `names` are the columns that belong to `values`.
  virtual void change(const std::vector<std::string>& names, std::span<double> values) const = 0;
};

// MismatchError where a value is below 0: counts and abundances are not.
void expect_no_negative(const std::string& method,
                        const std::vector<std::string>& names,
                        std::span<const double> values);

// Lengths of genes in bp, from the parameters `genes` and `lengths` of equal length.
base::ParameterTable gene_length_parameters();
std::vector<std::pair<std::string, double>> gene_lengths(const base::Parameters& parameters);

}  // namespace gcrisk::preprocess
