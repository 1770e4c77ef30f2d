// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gcrisk/models/executed.hpp"
#include "gcrisk/models/model.hpp"
#include "gcrisk/nn/loss.hpp"
#include "gcrisk/nn/network.hpp"
#include "gcrisk/nn/train.hpp"
#include "models/nets/inputs.hpp"
#include "models/nets/presets.hpp"

namespace gcrisk::models::nets {

// Where a continuous outcome's numbers are put for training.
struct TargetScale {
  double mean = 0;
  double sd = 1;
};

// A network behind the interface of a model: it scales the inputs, chooses the loss that the
// outcome asks for, trains one network or several, and turns scores into risks.
class Net : public Model, public Executed {
 public:
  Net(base::Parameters parameters, Preset preset);

  void set_execution(const Execution& execution) override { execution_ = execution; }
  void start_from(Start start) override { start_ = std::move(start); }
  void fit(const cohort::Dataset& train,
           const cohort::Dataset* validation,
           const base::Context& context) override;
  Prediction predict(const cohort::Dataset& data, const base::Context& context) const override;
  Attribution explain(const cohort::Dataset& data, const base::Context& context) const override;
  State save() const override;
  void load(const State& state) override;
  base::Json summary() const override;

 private:
  void choose_loss(const cohort::Outcome& outcome);
  void add_targets(const cohort::Outcome& outcome, nn::Data& data) const;
  nn::NetworkSpec make_spec(const nn::InputSizes& sizes) const;
  base::TensorMap first_parameters(const cohort::Dataset& train,
                                   const nn::Plan& plan,
                                   std::size_t member,
                                   std::uint64_t seed,
                                   nn::Executor& executor,
                                   const base::Context& context) const;
  std::string fingerprint(const nn::Data& data, std::uint64_t seed) const;
  nn::Data to_data(const cohort::Dataset& data, const base::Context& context) const;
  Eigen::MatrixXd raw_scores(const cohort::Dataset& data, const base::Context& context) const;

  base::Parameters parameters_;
  Preset preset_;
  Execution execution_;
  std::optional<Start> start_;

  cohort::OutcomeKind kind_ = cohort::OutcomeKind::kNone;
  nn::Loss loss_ = nn::Loss::kBinary;
  std::size_t n_outputs_ = 1;
  TargetScale target_;
  std::vector<double> class_weights_;
  std::vector<double> interval_ends_;
  nn::NetworkSpec spec_;
  InputScales scales_;
  std::vector<base::TensorMap> members_;
  std::vector<nn::TrainingResult> trainings_;
  std::string device_;
};

}  // namespace gcrisk::models::nets
