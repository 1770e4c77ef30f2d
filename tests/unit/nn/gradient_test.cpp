// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>

#include "unit/nn/layer_cases.hpp"

// Derivatives of every layer and loss against finite differences.
namespace gcrisk::nn {
namespace {

using test::LayerCase;

class Gradient : public testing::TestWithParam<LayerCase> {};

TEST_P(Gradient, AgreesWithFiniteDifferences) {
  const LayerCase& c = GetParam();
  InputSizes sizes{.n_variants = 29, .n_clinical = 3};
  if (c.input == "visits") sizes = {.n_clinical = 3, .n_visits = 7, .visit_channels = 4};
  const Data data = test::random_people(13, sizes);
  const Plan plan = make_plan(test::network_of(c), data.sizes, c.n_outputs);
  const auto context = base::Context::make(2);
  const auto executor = find_backend("eigen").compile(plan, c.loss, context);
  executor->bind(data);
  const base::TensorMap start = test::random_parameters(plan, 3);
  executor->set_parameters(start);
  std::vector<std::uint32_t> rows(data.n_people);
  std::iota(rows.begin(), rows.end(), 0U);
  const base::TensorMap gradient = executor->gradient(rows);

  for (const ParameterSpec& p : plan.parameters()) {
    if (p.is_buffer) continue;
    // The slope along the gradient itself is its norm; a step small enough for rectifiers.
    const auto& g = std::get<std::vector<float>>(gradient.at(p.name).values);
    const double norm = std::sqrt(std::inner_product(g.begin(), g.end(), g.begin(), 0.0));
    ASSERT_GT(norm, 0) << p.name;
    const auto loss_at = [&](double step) {
      base::TensorMap moved = start;
      auto& w = std::get<std::vector<float>>(moved.at(p.name).values);
      for (std::size_t i = 0; i < w.size(); ++i) w[i] += static_cast<float>(step * g[i] / norm);
      executor->set_parameters(moved);
      std::vector<float> scores(rows.size() * c.n_outputs);
      executor->predict(rows, scores.data());
      return loss_of(c.loss, data, rows, scores.data(), c.n_outputs, nullptr);
    };
    const double h = 2e-3;
    const double slope = (loss_at(h) - loss_at(-h)) / (2 * h);
    // Scores are floats: 1e-7 of their size, over 2h, is below 1e-3 of the slope.
    EXPECT_NEAR(slope / norm, 1, 0.01 + 2e-4 / norm) << p.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Layers,
                         Gradient,
                         testing::ValuesIn(test::layer_cases()),
                         [](const auto& item) { return item.param.name; });

}  // namespace
}  // namespace gcrisk::nn
