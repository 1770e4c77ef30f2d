// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gcrisk/genotype/kernels.hpp"
#include "gcrisk/preprocess/step.hpp"

namespace gcrisk::preprocess {

// A number that stands for chromosome, position and the two alleles in either order, so that a
// variant is known again in other people's file. FNV-1a of the text; not cryptographic.
std::int64_t fingerprint(const genotype::Variant& variant);

// What the filters of variants share: `fit` decides on the training rows which variants go;
// what is remembered is the fingerprint of each of those. A variant that the training set did
// not have passes `apply`: the model does not ask for it.
class VariantFilter : public Step {
 public:
  void fit(const cohort::Cohort& training, const base::Context& context) final;
  void apply(cohort::Cohort& cohort, const base::Context& context) const final;
  StepState save() const final;
  void load(const StepState& state) final;
  std::vector<Drop> drops() const final { return drops_; }

 protected:
  // Index into `reasons()` for each variant, or -1 where it stays.
  virtual std::vector<int> judge(const cohort::Cohort& training,
                                 const base::Context& context) const = 0;
  virtual std::vector<std::string> reasons() const = 0;

 private:
  std::vector<std::int64_t> dropped_;  // ascending
  std::vector<Drop> drops_;
};

}  // namespace gcrisk::preprocess
