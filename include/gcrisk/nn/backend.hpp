// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/tensor.hpp"
#include "gcrisk/nn/data.hpp"
#include "gcrisk/nn/loss.hpp"
#include "gcrisk/nn/plan.hpp"
#include "gcrisk/nn/processes.hpp"

namespace gcrisk::nn {

// How a stretch of training is done. Adam (Kingma, Ba 2015) with decoupled weight decay
// (Loshchilov, Hutter 2019).
struct StepSettings {
  std::size_t batch = 32;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  double clip_norm = 0;         // largest norm of a gradient; 0: as it is
  double modality_dropout = 0;  // chance that a person's branch is hidden (at most one branch)
  std::uint64_t seed = 1;
  std::uint64_t first_step = 0;       // number of the first batch since training began
  std::vector<float> learning_rates;  // one a batch
  bool half_precision = false;        // CUDA only
};

// What a stretch of training came to. `bad_batch` is the first batch of the stretch whose loss was
// not finite, or -1; nothing was learned from it or from later ones.
struct StretchResult {
  double loss_sum = 0;  // of batch means, each times its people
  std::size_t n_people = 0;
  std::int64_t bad_batch = -1;
};

// Inputs as numbers instead of packed calls, for attributions: n × size of each input of the plan,
// in the order of Plan::inputs.
using DenseInputs = std::vector<std::vector<float>>;

// A network on one device. Not thread-safe. Where several processes train together, each has one:
// they call `train`, `predict` and `largest` alike, in the same order, and come to the same
// weights.
class Executor {
 public:
  virtual ~Executor() = default;

  // The data of all following calls; it must outlive them. A device copies what it needs once.
  virtual void bind(const Data& data) = 0;

  // People that `train` is best given at a time: signals are looked at between two calls.
  virtual std::size_t people_between_looks() const { return 2048; }

  // Learns from the people of `order`, batch after batch. Calls for consecutive stretches equal
  // one call for all of them if every stretch but the last is a multiple of the batch.
  virtual StretchResult train(std::span<const std::uint32_t> order,
                              const StepSettings& settings) = 0;

  // Scores, rows × outputs. A person's scores do not depend on who else is asked for.
  virtual void predict(std::span<const std::uint32_t> rows, float* scores) = 0;

  // Parameters and buffers by their names, in the shapes of the plan.
  virtual base::TensorMap parameters() const = 0;
  virtual void set_parameters(const base::TensorMap& parameters) = 0;

  // Parameters with the moments of the optimiser: all that training goes on from.
  virtual base::TensorMap state() const = 0;
  virtual void restore(const base::TensorMap& state) = 0;

  // Names that training leaves as they are.
  virtual void freeze(const std::vector<std::string>& names) = 0;

  // Gradient of the mean loss over `rows` as one batch, without dropout: for tests.
  virtual base::TensorMap gradient(std::span<const std::uint32_t> rows) = 0;

  // Scores at given inputs, and the derivative of score `output` by each input.
  virtual void input_gradient(const DenseInputs& inputs,
                              std::size_t n,
                              std::size_t output,
                              std::vector<float>& scores,
                              DenseInputs& gradients) = 0;

  // The largest of what each process gives: how they agree. It returns when all have called it.
  virtual double largest(double value) { return value; }

  virtual std::string device() const = 0;  // "cpu", "cuda:0 (name)"
};

// A way to execute networks.
struct BackendEntry {
  std::string name;
  std::string meaning;
  // DeviceError where it cannot run on `context.device`.
  std::unique_ptr<Executor> (*compile)(const Plan& plan, Loss loss, const base::Context& context);
  // The same in one of several processes that train together, each of which does a part of every
  // batch; it waits until all are there. Null: this backend cannot.
  std::unique_ptr<Executor> (*compile_together)(const Plan& plan,
                                                Loss loss,
                                                const base::Context& context,
                                                const Processes& processes);
};

// In the order of registry.inc: "eigen" (linked in), "torch" (a module beside the library).
const std::vector<const BackendEntry*>& all_backends();
const BackendEntry& find_backend(const std::string& name);

// What --backend auto and --device auto come to: torch where a CUDA device can be used or several
// processes train together, else eigen. A choice by name is never replaced: DeviceError.
const BackendEntry& choose_backend(const std::string& backend,
                                   const base::Context& context,
                                   const Processes& processes = {});

}  // namespace gcrisk::nn
