// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/json.hpp"
#include "gcrisk/base/parameters.hpp"
#include "gcrisk/base/tensor.hpp"
#include "gcrisk/cohort/dataset.hpp"

namespace gcrisk::models {

// One row a person. `score` is the model's own scale (log odds, linear predictor, log hazard,
// margin), one column, or one a class. `risk` is a probability: of the case (one column), or of
// each class; empty for a continuous outcome, whose expected value is the score.
struct Prediction {
  Eigen::MatrixXd score;
  Eigen::MatrixXd risk;
};

// Contributions to the score: one row a person, one column a feature (variants first, then
// clinical, then molecular columns), `baseline` + row sum = score.
struct Attribution {
  std::vector<std::string> features;
  Eigen::MatrixXd values;
  double baseline = 0;
  double largest_error = 0;  // of the sum, over people
};

// All that a fitted model is: a JSON that a person can read and the arrays of real numbers.
struct State {
  std::string json_text;  // an object; text, so that this header needs no JSON library
  base::TensorMap tensors;
};

// One method, with its hyperparameters. A constructed object is valid and not fitted; `fit` is
// called once; nothing of the training data is referred to afterwards.
class Model {
 public:
  virtual ~Model() = default;

  // Learns from `train` alone. `validation` (null: none) may stop the training early or choose a
  // hyperparameter, and is never learned from. Missing values: variants have them by nature;
  // dense columns only where the entry says that it takes them.
  // Errors: DegenerateError (one class, no feature); ConvergenceError under context.strict;
  // TerminatedError and CheckpointedError when a stop was requested.
  virtual void fit(const cohort::Dataset& train,
                   const cohort::Dataset* validation,
                   const base::Context& context) = 0;

  // `data` has the variants and columns of the training set in the same order.
  virtual Prediction predict(const cohort::Dataset& data, const base::Context& context) const = 0;

  virtual State save() const = 0;
  virtual void load(const State& state) = 0;

  // UsageError where the method has no attribution.
  virtual Attribution explain(const cohort::Dataset& data, const base::Context& context) const;

  // What was learned, for people and for report pages: iterations, chosen lambda, coefficients
  // with standard errors … (an object).
  virtual base::Json summary() const = 0;
};

struct ModelEntry {
  std::string name;     // as typed: "lr"
  std::string title;    // "logistic, multinomial or linear regression"
  std::string purpose;  // a paragraph: when to choose it, what it assumes, the source
  std::vector<cohort::OutcomeKind> outcomes;
  bool takes_missing = false;  // NaN in dense columns
  base::ParameterTable parameters;
  std::unique_ptr<Model> (*make)(const base::Parameters& parameters);
};

// In the order of registry.inc.
const std::vector<const ModelEntry*>& all_models();
// UsageError with the candidates where there is none.
const ModelEntry& find_model(std::string_view name);

}  // namespace gcrisk::models
