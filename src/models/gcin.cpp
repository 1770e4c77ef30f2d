// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/models/model.hpp"
#include "models/nets/net.hpp"
#include "models/nets/options.hpp"

namespace gcrisk::models {

namespace {

nn::NetworkSpec preset(const base::Parameters& p,
                       const nn::InputSizes& sizes,
                       std::size_t n_outputs) {
  nn::NetworkSpec spec;
  const auto units = nets::sizes_of(p, "clinical-units");
  // A few chosen variants have nothing in common with their neighbours: dense layers alone.
  if (sizes.n_variants > 0) {
    spec.branches.push_back(nets::convolution_branch(p, sizes.n_variants, {}));
  }
  if (sizes.n_clinical > 0) spec.branches.push_back(nets::dense_branch("clinical", units));
  if (sizes.n_molecular > 0) spec.branches.push_back(nets::dense_branch("molecular", units));
  spec.fusion = p.text("fusion");
  spec.head = nets::make_head(nets::sizes_of(p, "head-units"), p.number("dropout"), n_outputs);
  return spec;
}

base::ParameterTable own_parameters() {
  return {{.name = "clinical-units",
           .type = base::ParameterType::kText,
           .meaning = "dense layers of the clinical branch, and of the molecular one",
           .default_value = "64,32",
           .placeholder = "N,N"},
          {.name = "fusion",
           .type = base::ParameterType::kChoice,
           .meaning = "how branches meet: concat (side by side), or gated (weighed by gates that "
                      "see all of them)",
           .default_value = "concat",
           .choices = {"concat", "gated"},
           .source = "Arevalo et al. 2017, arXiv:1702.01992"},
          {.name = "modality-dropout",
           .type = base::ParameterType::kNumber,
           .meaning = "chance that one branch of a person is hidden in a training step, so that "
                      "the net can do with people who lack an input",
           .default_value = "0",
           .min = 0,
           .max = 1,
           .open_max = true,
           .placeholder = "S",
           .source = "Neverova et al. 2016, IEEE Trans Pattern Anal 38(8)"}};
}

}  // namespace

const ModelEntry& gcin_entry() {
  static const ModelEntry entry{
      .name = "gcin",
      .title = "genomic-clinical interaction network, two inputs",
      .purpose =
          "A convolutional branch over the variants in the order of the genome and a dense branch "
          "over the clinical columns meet in dense layers, which can learn how genes and "
          "circumstances act together. Adam, learning rate 0.001, batches of 32, stopped by the "
          "validation set. It needs thousands of people; compare it with lr on the same study.",
      .outcomes = {cohort::OutcomeKind::kBinary,
                   cohort::OutcomeKind::kMulticlass,
                   cohort::OutcomeKind::kContinuous,
                   cohort::OutcomeKind::kSurvival},
      .parameters =
          base::concatenate(std::vector<base::ParameterTable>{nets::convolution_parameters(),
                                                              nets::dense_parameters("64"),
                                                              own_parameters(),
                                                              nets::training_parameters()}),
      .make = [](const base::Parameters& p) -> std::unique_ptr<Model> {
        return std::make_unique<nets::Net>(p, preset);
      }};
  return entry;
}

}  // namespace gcrisk::models
