// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "backends/torch/noise.hpp"

#include <algorithm>

#include "gcrisk/base/random.hpp"

namespace gcrisk::backends::torch {

namespace {

bool leaves_out(const nn::Step& step) {
  return step.type == "dropout" && step.options.number("rate") > 0;
}

bool is_absent(const nn::Data& data, const std::string& input, std::uint32_t row) {
  const auto absent = [row](const std::vector<std::uint8_t>& has) {
    return !has.empty() && has[row] == 0;
  };
  return (input == "genotypes" && absent(data.has_genotypes)) ||
         (input == "clinical" && absent(data.has_clinical));
}

}  // namespace

std::uint64_t place_of(std::uint64_t batch, std::size_t i) { return (batch << 20) + i; }

std::size_t noise_bytes(const nn::Plan& plan) {
  std::size_t bytes = plan.inputs.size();
  for (const nn::Step& step : plan.steps) {
    if (leaves_out(step)) bytes += plan.shapes[step.output].size();
  }
  return bytes;
}

Noise draw_noise(const nn::Plan& plan,
                 const nn::Data& data,
                 std::span<const std::uint32_t> rows,
                 const nn::StepSettings* settings,
                 std::span<const std::uint64_t> places) {
  Noise out;
  const std::size_t n_branches = plan.inputs.size();
  const double hide = settings == nullptr ? 0 : settings->modality_dropout;
  bool any_hidden = hide > 0;
  std::vector<std::uint8_t> there(rows.size() * n_branches, 1);
  for (std::size_t i = 0; i < rows.size() && n_branches > 1; ++i) {
    bool complete = true;
    for (std::size_t b = 0; b < n_branches; ++b) {
      if (!is_absent(data, plan.inputs[b].input, rows[i])) continue;
      there[i * n_branches + b] = 0;
      complete = false;
    }
    any_hidden = any_hidden || !complete;
    if (hide > 0 && complete) {
      base::Random random(settings->seed, "modality dropout", places[i]);
      if (random.uniform() < hide) there[i * n_branches + random.below(n_branches)] = 0;
    }
  }
  if (any_hidden && n_branches > 1) out.there = std::move(there);
  if (settings == nullptr) return out;
  for (const nn::Step& step : plan.steps) {
    if (!leaves_out(step)) continue;
    const auto limit = static_cast<std::uint32_t>(step.options.number("rate") * 4294967296.0);
    const std::size_t size = plan.shapes[step.output].size();
    std::vector<std::uint8_t>& kept = out.kept[step.name];
    kept.resize(rows.size() * size);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      base::Random random(settings->seed, "dropout " + step.name, places[i]);
      for (std::size_t j = 0; j < size; ++j) kept[i * size + j] = random() < limit ? 0 : 1;
    }
  }
  return out;
}

}  // namespace gcrisk::backends::torch
