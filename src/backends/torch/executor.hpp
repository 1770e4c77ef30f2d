// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "backends/torch/cuda.hpp"
#include "backends/torch/network.hpp"
#include "backends/torch/noise.hpp"
#include "backends/torch/optimiser.hpp"
#include "backends/torch/resident.hpp"
#include "backends/torch/shares.hpp"
#include "gcrisk/nn/backend.hpp"

namespace gcrisk::backends::torch {

// A network by LibTorch, on the CPU or on a CUDA device. Data, weights and optimiser stay on the
// device; a stretch of training is handed over whole and waited for once, at its end. On CUDA the
// step of a full batch is recorded as a graph when it comes for the second time. Of several
// processes each does a part of every batch; scores and derivatives of all are brought together, so
// that the loss is that of the whole batch and every process takes the same step.
class TorchExecutor : public nn::Executor {
 public:
  TorchExecutor(const nn::Plan& plan,
                nn::Loss loss,
                const base::Context& context,
                const nn::Processes& processes);

  void bind(const nn::Data& data) override;
  std::size_t people_between_looks() const override;
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
  double largest(double value) override;
  std::string device() const override;

 private:
  // The people of a step and what chance does to them, on the device.
  struct Step {
    at::Tensor rows;
    at::Tensor batch;         // of several processes: the people of all, this one's among them
    std::int64_t before = 0;  // people of the batch that other processes have before this one's
    at::Tensor rate;
    at::Tensor number;
    at::Tensor there;
    std::map<std::string, at::Tensor> dropout;
  };
  // The graph of a full batch and the memory that it works on.
  struct Recorded {
    std::unique_ptr<StepGraph> graph;
    Step step;
    at::Tensor loss;
    std::size_t batch = 0;
    nn::StepSettings settings;
  };

  Step steps_of(std::span<const std::uint32_t> order,
                const nn::StepSettings& settings,
                std::size_t first,
                std::size_t n_before) const;
  Step part_of(const Step& all, std::size_t begin, std::size_t end, std::size_t batch) const;
  at::Tensor learn(const Step& step, const nn::StepSettings& settings);
  // With `scale`, the derivatives of that many times the loss.
  at::Tensor differentiate(const Step& step,
                           bool training,
                           bool half,
                           const at::Tensor& scale,
                           const std::vector<at::Tensor>& by,
                           std::vector<at::Tensor>& gradients);
  at::Tensor scores_of(const Step& step, bool training) const;
  at::Tensor learn_recorded(const Step& step, const nn::StepSettings& settings);
  void record(const Step& like, const nn::StepSettings& settings);
  void require_memory(std::size_t batch) const;
  base::TensorMap download(const Parameters& from, const std::string& prefix) const;
  static void upload(const base::TensorMap& from, const std::string& prefix, Parameters& to);
  template <typename Work>
  auto guarded(const Work& work) const;

  nn::Plan plan_;
  nn::Loss loss_;
  at::Device device_;
  std::shared_ptr<Group> group_;  // null: alone
  const nn::Data* data_ = nullptr;
  Resident resident_;
  Parameters parameters_;
  std::unique_ptr<Optimiser> optimiser_;
  std::set<std::string> frozen_;
  at::Tensor stopped_;            // 1 from the first batch of a stretch whose loss is not finite
  at::ScalarType half_type_;      // of mixed precision: bfloat16, before Ampere float16
  at::Tensor scale_, unskipped_;  // of a float16 loss, and steps since it last changed
  Recorded recorded_;
  std::size_t full_batches_ = 0;  // done without a graph so far
};

}  // namespace gcrisk::backends::torch
