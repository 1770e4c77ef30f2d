// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gcrisk/base/random.hpp"
#include "gcrisk/nn/backend.hpp"
#include "gcrisk/nn/network.hpp"

// Random people and small networks for tests of layers and backends.
namespace gcrisk::test {

inline nn::Data random_people(std::size_t n, const nn::InputSizes& sizes, std::uint64_t seed = 1) {
  nn::Data data;
  data.n_people = n;
  data.sizes = sizes;
  base::Random random(seed, "test people");
  data.genotypes.resize(n * data.genotype_bytes());
  for (auto& byte : data.genotypes) byte = static_cast<std::uint8_t>(random.below(256));
  for (std::size_t j = 0; j < sizes.n_variants; ++j) {
    data.dosage.push_back({1.5F, 0.0F, 0.3F, static_cast<float>(-0.5 - 0.5 * random.uniform())});
  }
  const auto fill = [&](std::vector<float>& values, std::size_t columns) {
    for (std::size_t i = 0; i < n * columns; ++i) {
      values.push_back(static_cast<float>(random.normal()));
    }
  };
  fill(data.clinical, sizes.n_clinical);
  fill(data.molecular, sizes.n_molecular);
  fill(data.visits, sizes.n_visits * sizes.visit_channels);
  for (std::size_t i = 0; i < n; ++i) {
    data.target.push_back(random.uniform() < 0.5 ? 1.0F : 0.0F);
    data.time.push_back(static_cast<float>(1 + random.below(8)));
    data.interval.push_back(static_cast<std::uint32_t>(random.below(3)));
    if (sizes.n_visits > 0) {
      data.visit_counts.push_back(static_cast<std::uint32_t>(1 + random.below(sizes.n_visits)));
    }
  }
  return data;
}

inline nn::NetworkSpec network(const std::string& json) {
  return nn::network_from_json(base::Json::parse(json), "test");
}

// Parameters that are away from the special values of a fresh network.
inline base::TensorMap random_parameters(const nn::Plan& plan, std::uint64_t seed) {
  base::TensorMap out = nn::initial_parameters(plan, seed);
  for (auto& [name, tensor] : out) {
    base::Random random(seed, "test " + name);
    for (float& x : std::get<std::vector<float>>(tensor.values)) {
      x += static_cast<float>(0.2 * random.normal());
      if (name.ends_with("variance")) x = std::abs(x) + 0.1F;
    }
  }
  return out;
}

}  // namespace gcrisk::test
