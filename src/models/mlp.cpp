// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/models/model.hpp"
#include "models/nets/net.hpp"
#include "models/nets/options.hpp"

namespace gcrisk::models {

namespace {

// Every input side by side, then dense layers.
nn::NetworkSpec preset(const base::Parameters& p,
                       const nn::InputSizes& sizes,
                       std::size_t n_outputs) {
  nn::NetworkSpec spec;
  if (sizes.n_variants > 0) spec.branches.push_back({"genotypes", "genotypes", "dosage", {}});
  if (sizes.n_clinical > 0) spec.branches.push_back(nets::dense_branch("clinical", {}));
  if (sizes.n_molecular > 0) spec.branches.push_back(nets::dense_branch("molecular", {}));
  spec.head = nets::make_head(nets::sizes_of(p, "units"), p.number("dropout"), n_outputs);
  return spec;
}

base::ParameterTable own_parameters() {
  return {{.name = "units",
           .type = base::ParameterType::kText,
           .meaning = "numbers that come out of each layer",
           .default_value = "64,32",
           .placeholder = "N,N"}};
}

}  // namespace

const ModelEntry& mlp_entry() {
  static const ModelEntry entry{
      .name = "mlp",
      .title = "multi-layer perceptron",
      .purpose =
          "Dense layers over all inputs side by side: the plainest net, and what convolutions and "
          "branches have to beat. Rumelhart, Hinton, Williams 1986, Nature 323.",
      .outcomes = {cohort::OutcomeKind::kBinary,
                   cohort::OutcomeKind::kMulticlass,
                   cohort::OutcomeKind::kContinuous,
                   cohort::OutcomeKind::kSurvival},
      .parameters = base::concatenate(
          std::vector<base::ParameterTable>{own_parameters(), nets::training_parameters()}),
      .make = [](const base::Parameters& p) -> std::unique_ptr<Model> {
        return std::make_unique<nets::Net>(p, preset);
      }};
  return entry;
}

}  // namespace gcrisk::models
