// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "gcrisk/models/executed.hpp"
#include "gcrisk/models/model.hpp"
#include "unit/models/cohorts.hpp"
#include "unit/nn/networks.hpp"
#include "unit/torch/parity.hpp"

// The preset networks as their models make them, with all their layers, dropout included.
namespace gcrisk::models {
namespace {

class Preset : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (const auto why = test::torch_is_absent(); !why.empty()) GTEST_SKIP() << why;
  }
};

TEST_P(Preset, BackendsAgree) {
  const ModelEntry& entry = find_model(GetParam());
  base::Parameters options(entry.parameters);
  options.set("epochs", "1");
  const auto model = entry.make(options);
  const cohort::Dataset cohort = test::random_cohort({.n_samples = 64, .n_variants = 301});
  model->fit(cohort, nullptr, base::Context::make(2));
  const base::Json made = base::Json::parse(model->save().json_text);
  const nn::NetworkSpec spec = nn::network_from_json(made.at("spec"), GetParam());

  const nn::Data data = test::random_people(50, {.n_variants = 301, .n_clinical = 3});
  const nn::Plan plan = nn::make_plan(spec, data.sizes, 1);
  test::BothBackends both(plan, nn::Loss::kBinary, data);
  both.set_parameters(nn::initial_parameters(plan, 1));
  const auto rows = test::everybody(data);
  EXPECT_LE(both.forward_difference(rows), 1e-5);
  test::expect_same_gradients(both.eigen().gradient(rows), both.torch().gradient(rows), 1e-4);
  nn::StepSettings settings{.batch = 32, .weight_decay = 1e-4};
  settings.learning_rates = {1e-3F, 1e-3F};
  for (settings.first_step = 0; settings.first_step < 10; settings.first_step += 2) {
    both.eigen().train(rows, settings);
    both.torch().train(rows, settings);
  }
  test::expect_same_parameters(both.eigen().parameters(), both.torch().parameters(), 1e-3);
  EXPECT_LE(both.forward_difference(rows), 1e-3);
}

TEST_P(Preset, TrainsByLibTorchAndIsReadByBoth) {
  const ModelEntry& entry = find_model(GetParam());
  base::Parameters options(entry.parameters);
  options.set("epochs", "2");
  const cohort::Dataset cohort = test::random_cohort({.n_samples = 96, .n_variants = 120});
  auto context = base::Context::make(2);
  context.device = test::torch_device();
  const auto trained = entry.make(options);
  auto* const net = dynamic_cast<Executed*>(trained.get());
  ASSERT_NE(net, nullptr);
  net->set_execution({.backend = "torch", .checkpoint_folder = ""});
  trained->fit(cohort, nullptr, context);
  const Eigen::MatrixXd by_torch = trained->predict(cohort, context).score;
  const auto loaded = entry.make(options);
  loaded->load(trained->save());
  context.device = "cpu";
  dynamic_cast<Executed&>(*loaded).set_execution({.backend = "eigen", .checkpoint_folder = ""});
  const Eigen::MatrixXd by_eigen = loaded->predict(cohort, context).score;
  EXPECT_LE((by_torch - by_eigen).cwiseAbs().maxCoeff(),
            1e-5 * std::max(1.0, by_eigen.cwiseAbs().maxCoeff()));
}

INSTANTIATE_TEST_SUITE_P(Nets, Preset, testing::Values("mlp", "cnn", "lstm", "gcin"));

}  // namespace
}  // namespace gcrisk::models
