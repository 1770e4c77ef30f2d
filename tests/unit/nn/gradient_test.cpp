// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>

#include "unit/nn/networks.hpp"

// Derivatives of every layer and loss against finite differences.
namespace gcrisk::nn {
namespace {

using test::network;

struct Case {
  std::string name;
  std::string genotypes;  // layers of the genomic branch
  std::string head;       // layers behind it
  std::string fusion = "concat";
  Loss loss = Loss::kBinary;
  std::size_t n_outputs = 1;
  std::string other = R"([])";  // layers of the clinical branch
};

std::string layer(const std::string& type, const std::string& options = "") {
  return "{\"type\": \"" + type + "\"" + (options.empty() ? "" : ", " + options) + "}";
}

std::vector<Case> cases() {
  const std::string conv = layer("conv1d", R"("channels": 6, "kernel": 3)");
  std::vector<Case> out = {
      {"linear", layer("linear", R"("units": 5)"), ""},
      {"conv", conv, ""},
      {"conv_stride", layer("conv1d", R"("channels": 4, "kernel": 4, "stride": 3)"), ""},
      {"conv_dilation",
       conv + "," + layer("conv1d", R"("channels": 4, "kernel": 3, "dilation": 2)"),
       ""},
      {"conv_groups",
       conv + "," + layer("conv1d", R"("channels": 4, "kernel": 3, "groups": 2, "padding": "2")"),
       ""},
      {"conv_after_conv", conv + "," + layer("conv1d", R"("channels": 9, "kernel": 5)"), ""},
      {"conv_relu_pool",
       layer("conv1d", R"("channels": 11, "kernel": 5)") + "," + layer("relu") + "," +
           layer("max-pool", R"("size": 4)"),
       ""},
      {"two_conv_relu_pool",
       conv + "," + layer("relu") + "," + layer("max-pool", R"("size": 3)") + "," +
           layer("conv1d", R"("channels": 17, "kernel": 5)") + "," + layer("relu") + "," +
           layer("max-pool", R"("size": 2)"),
       ""},
      {"max_pool", conv + "," + layer("max-pool", R"("size": 4, "stride": 2)"), ""},
      {"average_pool", conv + "," + layer("average-pool", R"("size": 3)"), ""},
      {"relu", layer("linear", R"("units": 8)") + "," + layer("relu"), ""},
      {"gelu", layer("linear", R"("units": 8)") + "," + layer("gelu"), ""},
      {"tanh", layer("linear", R"("units": 8)") + "," + layer("tanh"), ""},
      {"sigmoid", layer("linear", R"("units": 8)") + "," + layer("sigmoid"), ""},
      {"window", layer("window", R"("size": 5)") + "," + conv, ""},
      {"lstm", layer("lstm", R"("units": 6)"), ""},
      {"lstm_stacked",
       layer("lstm", R"("units": 9, "output": "sequence", "bidirectional": true)") + "," +
           layer("lstm", R"("units": 5, "bidirectional": true)"),
       ""},
      {"dropout", conv, layer("dropout", R"("rate": 0.5)") + ","},
      {"gated", conv, "", "gated"},
      {"multiclass", conv, "", "concat", Loss::kMulticlass, 2},
      {"squared", conv, "", "concat", Loss::kSquared},
      {"cox", conv, "", "concat", Loss::kCox},
      {"discrete_time", conv, "", "concat", Loss::kDiscreteTime, 3},
  };
  return out;
}

class Gradient : public testing::TestWithParam<Case> {};

TEST_P(Gradient, AgreesWithFiniteDifferences) {
  const Case& c = GetParam();
  const NetworkSpec spec = network(
      R"({"branches": [{"input": "genotypes", "layers": [)" + c.genotypes +
      R"(]}, {"input": "clinical", "layers": [{"type": "linear", "units": 4}]}], "fusion": ")" +
      c.fusion + R"(", "fusion_units": 5, "head": [)" + c.head + R"({"type": "linear", "units": )" +
      std::to_string(c.n_outputs) + "}]}");
  const Data data = test::random_people(13, {.n_variants = 29, .n_clinical = 3});
  const Plan plan = make_plan(spec, data.sizes, c.n_outputs);
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

INSTANTIATE_TEST_SUITE_P(Layers, Gradient, testing::ValuesIn(cases()), [](const auto& item) {
  return item.param.name;
});

}  // namespace
}  // namespace gcrisk::nn
