// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// Epochs of the networks of peer_torch_nets.py on random people: nets_epochs gcin|cnn|lstm PEOPLE
// EPOCHS [THREADS [BACKEND [DEVICE [BATCH]]]]; prints seconds of each epoch. Without more: two
// threads, eigen, cpu, 32.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>

#include "gcrisk/base/random.hpp"
#include "gcrisk/nn/backend.hpp"
#include "gcrisk/nn/network.hpp"

namespace {

using namespace gcrisk;

constexpr const char* kGenomic = R"({"input": "genotypes", "layers": [
    {"type": "conv1d", "channels": 32, "kernel": 9}, {"type": "relu"}, {"type": "max-pool"},
    {"type": "conv1d", "channels": 64, "kernel": 5}, {"type": "relu"}, {"type": "max-pool"},
    {"type": "linear", "units": 64}, {"type": "relu"}]})";
constexpr const char* kClinical = R"({"input": "clinical", "layers": [
    {"type": "linear", "units": 64}, {"type": "relu"},
    {"type": "linear", "units": 32}, {"type": "relu"}]})";
constexpr const char* kOut = R"({"type": "linear", "units": 1})";

std::string network(const std::string& which) {
  if (which == "gcin") {
    return std::string(R"({"branches": [)") + kGenomic + "," + kClinical +
           R"(], "head": [{"type": "linear", "units": 32}, {"type": "relu"}, )" + kOut + "]}";
  }
  if (which == "cnn") {
    return std::string(R"({"branches": [)") + kGenomic + R"(], "head": [)" + kOut + "]}";
  }
  return std::string(R"({"branches": [{"input": "visits", "layers": [)") +
         R"({"type": "lstm", "units": 64}]}], "head": [)" + kOut + "]}";
}

nn::Data people(std::size_t n, const nn::InputSizes& sizes) {
  nn::Data data;
  data.n_people = n;
  data.sizes = sizes;
  base::Random random(1, "bench people");
  data.genotypes.resize(n * data.genotype_bytes());
  for (auto& byte : data.genotypes) byte = static_cast<std::uint8_t>(random() & 0xffU);
  data.dosage.assign(sizes.n_variants, {1.5F, 0.0F, 0.3F, -0.9F});
  const auto fill = [&](std::vector<float>& values, std::size_t columns) {
    for (std::size_t i = 0; i < n * columns; ++i) {
      values.push_back(static_cast<float>(random.normal()));
    }
  };
  fill(data.clinical, sizes.n_clinical);
  fill(data.visits, sizes.n_visits * sizes.visit_channels);
  for (std::size_t i = 0; i < n; ++i) data.target.push_back(random.uniform() < 0.5 ? 1.0F : 0.0F);
  return data;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(
        stderr,
        "usage: nets_epochs gcin|cnn|lstm PEOPLE EPOCHS [THREADS [BACKEND [DEVICE [BATCH]]]]\n");
    return 2;
  }
  const std::string which = argv[1];
  const auto n = static_cast<std::size_t>(std::atoi(argv[2]));
  const auto n_epochs = static_cast<std::size_t>(std::atoi(argv[3]));
  nn::InputSizes sizes;
  if (which == "lstm") {
    sizes.n_visits = 50;
    sizes.visit_channels = 40;
  } else {
    sizes.n_variants = 2000;
    sizes.n_clinical = which == "gcin" ? 20 : 0;
  }
  const nn::Data data = people(n, sizes);
  const nn::NetworkSpec spec = nn::network_from_json(base::Json::parse(network(which)), which);
  const nn::Plan plan = nn::make_plan(spec, sizes, 1);
  auto context = base::Context::make(argc > 4 ? static_cast<std::size_t>(std::atoi(argv[4])) : 2);
  context.device = argc > 6 ? argv[6] : "cpu";
  const auto executor =
      nn::find_backend(argc > 5 ? argv[5] : "eigen").compile(plan, nn::Loss::kBinary, context);
  executor->bind(data);
  executor->set_parameters(nn::initial_parameters(plan, 1));
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  nn::StepSettings settings;
  if (argc > 7) settings.batch = static_cast<std::size_t>(std::atoi(argv[7]));
  const std::size_t n_batches = base::chunk_count(n, settings.batch);
  settings.learning_rates.assign(n_batches, 1e-3F);
  for (std::size_t epoch = 0; epoch < n_epochs; ++epoch) {
    base::Random(1, "bench order", epoch).shuffle(std::span<std::uint32_t>(order));
    settings.first_step = epoch * n_batches;
    const auto begin = std::chrono::steady_clock::now();
    executor->train(order, settings);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::printf("%.3f\n", seconds.count());
  }
  return 0;
}
