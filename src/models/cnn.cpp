// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/models/model.hpp"
#include "models/nets/net.hpp"
#include "models/nets/options.hpp"

namespace gcrisk::models {

namespace {

// The genomic branch, other columns appended to what it finds.
nn::NetworkSpec preset(const base::Parameters& p,
                       const nn::InputSizes& sizes,
                       std::size_t n_outputs) {
  nn::NetworkSpec spec;
  if (sizes.n_variants > 0) {
    spec.branches.push_back(nets::convolution_branch(p, sizes.n_variants, {16, 32}));
  }
  if (sizes.n_clinical > 0) spec.branches.push_back(nets::dense_branch("clinical", {}));
  if (sizes.n_molecular > 0) spec.branches.push_back(nets::dense_branch("molecular", {}));
  spec.head = nets::make_head(nets::sizes_of(p, "head-units"), p.number("dropout"), n_outputs);
  return spec;
}

}  // namespace

const ModelEntry& cnn_entry() {
  static const ModelEntry entry{
      .name = "cnn",
      .title = "convolutional net over the genome",
      .purpose =
          "Windows of weights slide over the variants in the order of the genome, so that "
          "neighbours are seen together; clinical columns are appended to what they find. It pays "
          "where neighbouring variants act together; for scattered, additive effects prefer lr.",
      .outcomes = {cohort::OutcomeKind::kBinary,
                   cohort::OutcomeKind::kMulticlass,
                   cohort::OutcomeKind::kContinuous,
                   cohort::OutcomeKind::kSurvival},
      .parameters =
          base::concatenate(std::vector<base::ParameterTable>{nets::convolution_parameters(),
                                                              nets::dense_parameters("64"),
                                                              nets::training_parameters()}),
      .make = [](const base::Parameters& p) -> std::unique_ptr<Model> {
        return std::make_unique<nets::Net>(p, preset);
      }};
  return entry;
}

}  // namespace gcrisk::models
