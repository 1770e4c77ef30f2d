// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "backends/eigen/adam.hpp"

#include <algorithm>
#include <cmath>

namespace gcrisk::backends::eigen {

namespace {

constexpr std::size_t kBlock = 16384;

}  // namespace

Adam::Adam(std::vector<Parameter*> parameters, const Team& team) : team_(team) {
  for (Parameter* p : parameters) {
    if (p->spec.is_buffer) continue;
    for (std::size_t i = 0; i < p->size(); i += kBlock) {
      blocks_.push_back({p, i, std::min(p->size(), i + kBlock)});
    }
    cost_ += 8 * static_cast<double>(p->size());
  }
  squares_.resize(blocks_.size());
}

void Adam::gather(const Block& block) const {
  Parameter& p = *block.parameter;
  if (!p.in_parts) return;
  std::copy(
      p.parts.begin() + block.begin, p.parts.begin() + block.end, p.gradient.begin() + block.begin);
  for (std::size_t part = 1; part < kParts; ++part) {
    const float* from = p.parts.data() + part * p.size();
    float* to = p.gradient.data();
    for (std::size_t i = block.begin; i < block.end; ++i) to[i] += from[i];
  }
}

void Adam::gather() {
  for (const Block& block : blocks_) gather(block);
}

void Adam::step(const nn::StepSettings& settings, double learning_rate, std::uint64_t number) {
  float scale = 1;
  if (settings.clip_norm > 0) {
    team_.run(blocks_.size(), cost_, [&](std::size_t b) {
      const Block& block = blocks_[b];
      gather(block);
      double sum = 0;
      for (std::size_t i = block.begin; i < block.end; ++i) {
        sum += static_cast<double>(block.parameter->gradient[i]) * block.parameter->gradient[i];
      }
      squares_[b] = sum;
    });
    double sum = 0;
    for (const double square : squares_) sum += square;
    const double norm = std::sqrt(sum);
    if (norm > settings.clip_norm) scale = static_cast<float>(settings.clip_norm / norm);
  }
  const auto t = static_cast<double>(number + 1);
  const double bias1 = 1 - std::pow(settings.beta1, t);
  const double bias2 = 1 - std::pow(settings.beta2, t);
  const auto beta1 = static_cast<float>(settings.beta1);
  const auto beta2 = static_cast<float>(settings.beta2);
  const auto rate = static_cast<float>(learning_rate / bias1);
  const auto root = static_cast<float>(1 / std::sqrt(bias2));
  const auto epsilon = static_cast<float>(settings.epsilon);
  team_.run(blocks_.size(), cost_, [&](std::size_t b) {
    const Block& block = blocks_[b];
    Parameter& p = *block.parameter;
    if (settings.clip_norm <= 0) gather(block);
    if (p.frozen) return;
    const float shrink =
        p.spec.decays ? static_cast<float>(1 - learning_rate * settings.weight_decay) : 1.0F;
    float* __restrict w = p.value.data();
    float* __restrict m = p.first_moment.data();
    float* __restrict v = p.second_moment.data();
    const float* __restrict g = p.gradient.data();
    for (std::size_t i = block.begin; i < block.end; ++i) {
      const float slope = scale * g[i];
      m[i] = beta1 * m[i] + (1 - beta1) * slope;
      v[i] = beta2 * v[i] + (1 - beta2) * slope * slope;
      w[i] = shrink * w[i] - rate * m[i] / (root * std::sqrt(v[i]) + epsilon);
    }
  });
}

}  // namespace gcrisk::backends::eigen
