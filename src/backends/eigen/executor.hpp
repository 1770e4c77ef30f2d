// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backends/eigen/adam.hpp"
#include "backends/eigen/op.hpp"
#include "gcrisk/nn/backend.hpp"

namespace gcrisk::backends::eigen {

// A network on the CPU. Memory for a batch is taken once; training allocates nothing. Sums are cut
// in the same way whatever the number of threads.
class EigenExecutor : public nn::Executor {
 public:
  EigenExecutor(const nn::Plan& plan, nn::Loss loss, const base::Context& context);

  void bind(const nn::Data& data) override { data_ = &data; }
  nn::StretchResult train(std::span<const std::uint32_t> order,
                          const nn::StepSettings& settings) override;
  void predict(std::span<const std::uint32_t> rows, float* scores) override;
  base::TensorMap parameters() const override;
  void set_parameters(const base::TensorMap& parameters) override;
  base::TensorMap state() const override;
  void restore(const base::TensorMap& state) override;
  void freeze(const std::vector<std::string>& names) override;
  base::TensorMap gradient(std::span<const std::uint32_t> rows) override;
  void input_gradient(const nn::DenseInputs& inputs,
                      std::size_t n,
                      std::size_t output,
                      std::vector<float>& scores,
                      nn::DenseInputs& gradients) override;
  std::string device() const override { return "cpu"; }

 private:
  static constexpr std::size_t kPredictBatch = 32;

  void reserve(std::size_t max_people);
  void forward(const Batch& batch);
  void backward(const Batch& batch);
  double differentiate(const Batch& batch);
  void copy_scores(std::size_t n, float* scores);
  std::size_t end_of_stretch(std::size_t first) const;
  double stretch_cost(std::size_t first, std::size_t last, std::size_t n) const;
  base::TensorMap exported(const std::string& prefix,
                           std::vector<float> Parameter::*field,
                           bool with_buffers) const;
  void import(const base::TensorMap& from,
              const std::string& prefix,
              std::vector<float> Parameter::*field);

  nn::Plan plan_;
  nn::Loss loss_;
  Team team_;
  const nn::Data* data_ = nullptr;
  std::vector<std::string> branch_inputs_;
  std::vector<Parameter> parameters_;
  std::vector<Value> values_;
  std::vector<bool> learns_;  // whether a value has a derivative
  std::vector<std::unique_ptr<Op>> ops_;
  std::unique_ptr<Adam> optimiser_;
  std::size_t max_people_ = 0;
  bool changed_ = true;           // weights, since operations prepared themselves
  bool dense_gradients_ = false;  // inputs have derivatives
  std::vector<float> scores_;
  std::vector<float> score_gradient_;
};

}  // namespace gcrisk::backends::eigen
