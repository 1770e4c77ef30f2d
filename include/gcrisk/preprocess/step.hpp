// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/json.hpp"
#include "gcrisk/base/parameters.hpp"
#include "gcrisk/base/tensor.hpp"
#include "gcrisk/cohort/cohort.hpp"

namespace gcrisk::preprocess {

// A step's memory, as recipe.json and recipe.safetensors hold it.
struct StepState {
  std::string json_text;  // an object
  base::TensorMap tensors;
};

// How many variants, samples or columns a step dropped, and why.
struct Drop {
  std::string what;    // variants, samples, columns
  std::string reason;  // "missing rate above --geno 0.05"
  std::uint64_t count = 0;
};

// One transform of a cohort: filter, imputer, scaler, encoder, principal components. `fit` sees
// training rows only; `apply` treats any people alike, also ones who come years later. A fitted
// step depends on nothing but its state.
class Step {
 public:
  virtual ~Step() = default;
  virtual void fit(const cohort::Cohort& training, const base::Context& context) = 0;
  virtual void apply(cohort::Cohort& cohort, const base::Context& context) const = 0;
  virtual StepState save() const = 0;
  virtual void load(const StepState& state) = 0;
  // Counts of the last fit.
  virtual std::vector<Drop> drops() const { return {}; }
  // Variants that `apply` reads apart from those that the model uses (loadings of components).
  virtual genotype::Variants needed_variants() const { return {}; }
};

struct StepEntry {
  std::string name;  // "impute-mean"
  std::string title;
  std::string purpose;  // what it does to what, formula and source
  base::ParameterTable parameters;
  std::unique_ptr<Step> (*make)(const base::Parameters& parameters);
};

const std::vector<const StepEntry*>& all_steps();
const StepEntry& find_step(std::string_view name);

// The ordered steps of a study. `fit` runs fit and apply of each in turn on the training rows.
class Recipe {
 public:
  void add(std::string_view step, const base::Json& parameters);  // values by option name
  bool empty() const noexcept { return steps_.empty(); }

  void fit(const cohort::Cohort& training, const base::Context& context);
  void apply(cohort::Cohort& cohort, const base::Context& context) const;

  // recipe.json, whole: steps with parameters, state and drops; and the arrays that belong to it.
  base::Json to_json() const;
  base::TensorMap tensors() const;
  static Recipe from_json(const base::Json& json, const base::TensorMap& tensors);
  // The same steps, not fitted: for the folds of a cross-validation.
  Recipe unfitted() const;

  std::vector<Drop> drops() const;
  genotype::Variants needed_variants() const;

  Recipe();
  ~Recipe();
  Recipe(Recipe&&) noexcept;
  Recipe& operator=(Recipe&&) noexcept;

 private:
  struct Part;
  std::vector<std::unique_ptr<Part>> steps_;
};

}  // namespace gcrisk::preprocess
