// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "backends/torch/optimiser.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include <algorithm>

namespace gcrisk::backends::torch {

using at::Tensor;

Optimiser::Optimiser(const nn::Plan& plan, const Parameters& parameters, at::Device device) {
  const c10::NoGradGuard constant;
  for (const nn::ParameterSpec& spec : plan.parameters()) {
    if (spec.is_buffer) continue;
    const Tensor& value = parameters.at(spec.name);
    slots_.push_back({spec.name, value, spec.decays, false});
    first[spec.name] = at::zeros_like(value).to(device);
    second[spec.name] = at::zeros_like(value).to(device);
  }
}

void Optimiser::freeze(const std::vector<std::string>& names) {
  for (Slot& slot : slots_) {
    slot.frozen = std::find(names.begin(), names.end(), slot.name) != names.end();
  }
}

std::vector<Tensor> Optimiser::learning() const {
  std::vector<Tensor> out;
  for (const Slot& slot : slots_) {
    if (!slot.frozen) out.push_back(slot.value);
  }
  return out;
}

void Optimiser::step(std::vector<Tensor> gradients,
                     const nn::StepSettings& settings,
                     const Tensor& rate,
                     const Tensor& number,
                     const Tensor& skip) const {
  const c10::NoGradGuard constant;
  if (gradients.empty()) return;
  if (settings.clip_norm > 0) {
    const Tensor norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)));
    gradients = at::_foreach_mul(gradients, (settings.clip_norm / norm).clamp_max(1));
  }
  for (const bool decaying : {true, false}) {
    std::vector<Tensor> values, slopes, m, v, numbers;
    std::size_t g = 0;
    for (const Slot& slot : slots_) {
      if (slot.frozen) continue;
      const Tensor& gradient = gradients[g++];
      if (slot.decays != decaying) continue;
      values.push_back(slot.value);
      slopes.push_back(gradient);
      m.push_back(first.at(slot.name));
      v.push_back(second.at(slot.name));
      numbers.push_back(number);
    }
    if (values.empty()) continue;
    at::_fused_adamw_(values,
                      slopes,
                      m,
                      v,
                      {},
                      numbers,
                      rate,
                      settings.beta1,
                      settings.beta2,
                      decaying ? settings.weight_decay : 0.0,
                      settings.epsilon,
                      false,
                      false,
                      {},
                      skip);
  }
}

}  // namespace gcrisk::backends::torch
