// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "unit/torch/parity.hpp"

#include "unit/nn/layer_cases.hpp"

// LibTorch beside the Eigen backend, layer by layer, on random shapes: scores to 1e-5, gradients
// to 1e-4, weights after ten steps to 1e-3.
namespace gcrisk::nn {
namespace {

using test::BothBackends;
using test::LayerCase;

class Parity : public testing::TestWithParam<LayerCase> {
 protected:
  void SetUp() override {
    if (const auto why = test::torch_is_absent(); !why.empty()) GTEST_SKIP() << why;
  }
};

// Sizes that all cases' windows fit into.
InputSizes random_sizes(const LayerCase& c, base::Random& random) {
  if (c.input == "visits") {
    return {.n_clinical = 1 + random.below(5),
            .n_visits = 2 + random.below(9),
            .visit_channels = 1 + random.below(9)};
  }
  return {.n_variants = 24 + random.below(60), .n_clinical = 1 + random.below(5)};
}

TEST_P(Parity, BackendsAgreeOnRandomShapes) {
  const LayerCase& c = GetParam();
  for (std::uint64_t round = 0; round < 3; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    base::Random random(11 + round, "shapes of " + c.name);
    const InputSizes sizes = random_sizes(c, random);
    // A normalised batch of two is +1 and -1 whatever the weights, and a bias in front of it does
    // nothing: Adam would blow up the rounding of derivatives that are 0.
    const bool by_batch = c.name.starts_with("batch_norm");
    const std::size_t n_people = by_batch ? 48 : 5 + random.below(40);
    Data data = test::random_people(n_people, sizes, 5 + round);
    for (std::size_t i = 0; i < data.n_people; ++i) {  // some people lack a branch
      data.has_genotypes.push_back(round == 1 && i % 5 == 0 ? 0 : 1);
      data.has_clinical.push_back(round == 1 && i % 7 == 1 ? 0 : 1);
    }
    const Plan plan = make_plan(test::network_of(c), sizes, c.n_outputs);
    BothBackends both(plan, c.loss, data);
    both.set_parameters(test::random_parameters(plan, 3 + round));
    if (by_batch) both.freeze({plan.steps[0].name + ".bias"});
    const auto rows = test::everybody(data);
    EXPECT_LE(both.forward_difference(rows), 1e-5);
    test::expect_same_gradients(both.eigen().gradient(rows), both.torch().gradient(rows), 1e-4);

    // Ten steps, the last of each pass with fewer people.
    StepSettings settings{.batch = by_batch ? 16 : 1 + data.n_people / 4,
                          .weight_decay = 0.01,
                          .clip_norm = round == 2 ? 0.5 : 0.0,
                          .modality_dropout = round == 0 ? 0.3 : 0.0};
    const std::size_t batches = base::chunk_count(rows.size(), settings.batch);
    settings.learning_rates.assign(batches, 1e-3F);
    std::vector<StretchResult> results(2);
    for (std::size_t step = 0; step < 10; step += batches) {
      settings.first_step = step;
      results[0] = both.eigen().train(rows, settings);
      results[1] = both.torch().train(rows, settings);
    }
    EXPECT_EQ(results[1].n_people, results[0].n_people);
    EXPECT_EQ(results[1].bad_batch, -1);
    EXPECT_NEAR(results[1].loss_sum / results[0].loss_sum, 1, 1e-3);
    base::TensorMap weights[] = {both.eigen().parameters(), both.torch().parameters()};
    // A partial likelihood does not see what all people share: Adam blows up the rounding of
    // biases' derivatives, which are 0.
    for (auto& backend : weights) {
      std::erase_if(backend, [&](const auto& item) {
        return c.loss == Loss::kCox && item.first.ends_with("bias");
      });
    }
    test::expect_same_parameters(weights[0], weights[1], 1e-3);
    if (c.loss != Loss::kCox) {
      EXPECT_LE(both.forward_difference(rows), 1e-3);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Layers,
                         Parity,
                         testing::ValuesIn(test::layer_cases()),
                         [](const auto& item) { return item.param.name; });

Plan small_plan(const InputSizes& sizes) {
  return make_plan(
      test::network_of({"conv", test::layer("conv1d", R"("channels": 6)"), ""}), sizes, 1);
}

TEST(TorchBackend, StateGoesFromOneBackendToTheOtherAndTrainingGoesOn) {
  if (const auto why = test::torch_is_absent(); !why.empty()) GTEST_SKIP() << why;
  const InputSizes sizes{.n_variants = 40, .n_clinical = 2};
  const Data data = test::random_people(32, sizes);
  const Plan plan = small_plan(sizes);
  const auto rows = test::everybody(data);
  StepSettings settings{.batch = 8};
  settings.learning_rates.assign(4, 1e-3F);
  BothBackends both(plan, Loss::kBinary, data);
  both.set_parameters(initial_parameters(plan, 1));
  both.eigen().train(rows, settings);
  both.torch().restore(both.eigen().state());
  test::expect_same_parameters(both.eigen().state(), both.torch().state(), 0);
  settings.first_step = 4;
  both.eigen().train(rows, settings);
  both.torch().train(rows, settings);
  test::expect_same_parameters(both.eigen().state(), both.torch().state(), 1e-4);
}

TEST(TorchBackend, FrozenArraysStay) {
  if (const auto why = test::torch_is_absent(); !why.empty()) GTEST_SKIP() << why;
  const InputSizes sizes{.n_variants = 30, .n_clinical = 2};
  const Data data = test::random_people(16, sizes);
  const Plan plan = small_plan(sizes);
  BothBackends both(plan, Loss::kBinary, data);
  const base::TensorMap start = initial_parameters(plan, 1);
  both.set_parameters(start);
  StepSettings settings{.batch = 8, .learning_rates = {1e-2F, 1e-2F}};
  const std::string frozen = plan.steps[0].parameters[0].name;
  for (Executor* executor : {&both.eigen(), &both.torch()}) {
    executor->freeze({frozen});
    executor->train(test::everybody(data), settings);
    for (const auto& [name, tensor] : executor->parameters()) {
      EXPECT_EQ(test::floats(tensor) == test::floats(start.at(name)), name == frozen) << name;
    }
  }
}

TEST(TorchBackend, NothingIsLearnedFromALossThatIsNotFiniteOnwards) {
  if (const auto why = test::torch_is_absent(); !why.empty()) GTEST_SKIP() << why;
  const InputSizes sizes{.n_variants = 30, .n_clinical = 2};
  Data data = test::random_people(12, sizes);
  data.clinical[2 * 5] = std::numeric_limits<float>::infinity();  // person 5: second batch of 4
  const Plan plan = small_plan(sizes);
  BothBackends both(plan, Loss::kBinary, data);
  both.set_parameters(initial_parameters(plan, 1));
  StepSettings settings{.batch = 4, .learning_rates = {1e-3F, 1e-3F, 1e-3F}};
  const auto rows = test::everybody(data);
  EXPECT_EQ(both.eigen().train(rows, settings).bad_batch, 1);
  EXPECT_EQ(both.torch().train(rows, settings).bad_batch, 1);
  test::expect_same_parameters(both.eigen().parameters(), both.torch().parameters(), 1e-5);
}

TEST(TorchBackend, MixedPrecisionLearnsAboutTheSame) {
  if (const auto why = test::torch_is_absent(); !why.empty()) GTEST_SKIP() << why;
  const InputSizes sizes{.n_variants = 40, .n_clinical = 3};
  const Data data = test::random_people(64, sizes);
  const Plan plan = small_plan(sizes);
  BothBackends both(plan, Loss::kBinary, data);
  both.set_parameters(initial_parameters(plan, 1));
  StepSettings settings{.batch = 16};
  settings.learning_rates.assign(4, 1e-2F);
  StretchResult single;
  StretchResult mixed;
  for (settings.first_step = 0; settings.first_step < 80; settings.first_step += 4) {
    settings.half_precision = false;
    single = both.eigen().train(test::everybody(data), settings);
    settings.half_precision = true;
    mixed = both.torch().train(test::everybody(data), settings);
  }
  // bfloat16 has 8 bits: a loss to a few per cent, and not to the last bit.
  EXPECT_NEAR(mixed.loss_sum / single.loss_sum, 1, 0.1);
  EXPECT_NE(mixed.loss_sum, single.loss_sum);
  for (const auto& [name, tensor] : both.torch().parameters()) {
    for (const float w : test::floats(tensor)) EXPECT_TRUE(std::isfinite(w)) << name;
  }
}

TEST(TorchBackend, DerivativesByInputsAgree) {
  if (const auto why = test::torch_is_absent(); !why.empty()) GTEST_SKIP() << why;
  const InputSizes sizes{.n_variants = 30, .n_clinical = 3};
  const Data data = test::random_people(6, sizes);
  const Plan plan = small_plan(sizes);
  BothBackends both(plan, Loss::kBinary, data);
  both.set_parameters(test::random_parameters(plan, 1));
  base::Random random(1, "inputs");
  DenseInputs inputs(2);
  for (std::size_t i = 0; i < 6 * 60; ++i) inputs[0].push_back(static_cast<float>(random.normal()));
  for (std::size_t i = 0; i < 6 * 3; ++i) inputs[1].push_back(static_cast<float>(random.normal()));
  std::vector<float> scores[2];
  DenseInputs slopes[2];
  both.eigen().input_gradient(inputs, 6, 0, scores[0], slopes[0]);
  both.torch().input_gradient(inputs, 6, 0, scores[1], slopes[1]);
  EXPECT_LE(BothBackends::largest_difference(scores[0], scores[1]), 1e-5);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_LE(BothBackends::largest_difference(slopes[0][j], slopes[1][j]), 1e-5);
  }
}

TEST(TorchBackend, WithoutADriverCudaIsRefused) {
  if (const auto why = test::torch_is_absent(); !why.empty()) GTEST_SKIP() << why;
  if (test::torch_device() != "cpu") GTEST_SKIP() << "there is a GPU";
  const CudaReport report = nn::report_torch().cuda;
  if (!report.devices.empty()) GTEST_SKIP() << "there is a GPU";
  auto context = base::Context::make(1);
  context.device = "cuda";
  try {
    find_backend("torch").compile(
        small_plan({.n_variants = 30, .n_clinical = 2}), Loss::kBinary, context);
    FAIL() << "a device that is not there was taken";
  } catch (const base::DeviceError& error) {
    EXPECT_EQ(std::string(error.what()), report.why_none);
    EXPECT_FALSE(error.hint().empty());
  }
}

}  // namespace
}  // namespace gcrisk::nn
