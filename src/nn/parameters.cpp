// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/random.hpp"
#include "gcrisk/nn/plan.hpp"

namespace gcrisk::nn {

namespace {

std::vector<float> draw(const ParameterSpec& spec, std::uint64_t seed) {
  std::vector<float> values(spec.size(), spec.init == Init::kOne ? 1.0F : 0.0F);
  const auto fan_in = static_cast<double>(spec.fan_in);
  double bound = 0;
  switch (spec.init) {
    case Init::kZero:
    case Init::kOne: return values;
    case Init::kHe: bound = std::sqrt(6 / fan_in); break;
    case Init::kGlorot: bound = std::sqrt(6 / (fan_in + static_cast<double>(spec.fan_out))); break;
    case Init::kUniform: bound = 1 / std::sqrt(fan_in); break;
    case Init::kNormal: break;
  }
  base::Random random(seed, spec.name);
  for (float& value : values) {
    value = static_cast<float>(spec.init == Init::kNormal ? random.normal()
                                                          : bound * (2 * random.uniform() - 1));
  }
  return values;
}

}  // namespace

base::TensorMap initial_parameters(const Plan& plan, std::uint64_t seed) {
  base::TensorMap out;
  for (const ParameterSpec& spec : plan.parameters()) {
    out[spec.name] = base::Tensor{spec.shape, draw(spec, seed)};
  }
  return out;
}

void check_parameters(const Plan& plan, const base::TensorMap& parameters) {
  for (const ParameterSpec& spec : plan.parameters()) {
    const auto at = parameters.find(spec.name);
    if (at == parameters.end()) {
      throw base::MismatchError("the weights have no array " + spec.name,
                                "take the weights that were written with this network");
    }
    if (at->second.shape != spec.shape ||
        !std::holds_alternative<std::vector<float>>(at->second.values)) {
      throw base::MismatchError("the array " + spec.name + " of the weights has " +
                                    std::to_string(at->second.size()) +
                                    " numbers, the network needs " + std::to_string(spec.size()),
                                "take the weights that were written with this network");
    }
  }
}

}  // namespace gcrisk::nn
