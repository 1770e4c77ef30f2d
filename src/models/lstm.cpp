// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/models/model.hpp"
#include "models/nets/net.hpp"
#include "models/nets/options.hpp"

namespace gcrisk::models {

namespace {

std::size_t window_of(const base::Parameters& p) {
  const auto n = base::parse_integer(p.text("window"));
  if (!n || *n < 1) {
    throw base::UsageError("--window " + p.text("window") +
                           ": expected auto, or a whole number of variants of at least 1");
  }
  return static_cast<std::size_t>(*n);
}

// The genome in windows, read one after the other.
nn::NetworkSpec preset(const base::Parameters& p,
                       const nn::InputSizes& sizes,
                       std::size_t n_outputs) {
  nn::NetworkSpec spec;
  if (sizes.n_variants > 0) {
    nn::Branch branch{"genotypes", "genotypes", "dosage-missing", {}};
    const std::size_t window = p.text("window") == "auto"
                                   ? std::max<std::size_t>(1, (sizes.n_variants + 49) / 50)
                                   : window_of(p);
    branch.layers.push_back(
        nn::make_layer("window", "genotypes.window", {{"size", std::to_string(window)}}));
    const auto units = nets::sizes_of(p, "units");
    for (std::size_t i = 0; i < units.size(); ++i) {
      branch.layers.push_back(
          nn::make_layer("lstm",
                         "genotypes.lstm" + std::to_string(i + 1),
                         {{"units", std::to_string(units[i])},
                          {"bidirectional", p.flag("bidirectional") ? "true" : "false"},
                          {"output", i + 1 < units.size() ? "sequence" : "last"}}));
    }
    spec.branches.push_back(std::move(branch));
  }
  if (sizes.n_clinical > 0) spec.branches.push_back(nets::dense_branch("clinical", {}));
  if (sizes.n_molecular > 0) spec.branches.push_back(nets::dense_branch("molecular", {}));
  spec.head = nets::make_head(nets::sizes_of(p, "head-units"), p.number("dropout"), n_outputs);
  return spec;
}

base::ParameterTable own_parameters() {
  return {{.name = "window",
           .type = base::ParameterType::kText,
           .meaning = "variants that are read at a time; auto makes about 50 windows",
           .default_value = "auto",
           .placeholder = "N"},
          {.name = "units",
           .type = base::ParameterType::kText,
           .meaning = "size of the state of each LSTM on top of the other",
           .default_value = "64",
           .placeholder = "N,N"},
          {.name = "bidirectional",
           .type = base::ParameterType::kFlag,
           .meaning = "a second LSTM reads from the end"},
          {.name = "head-units",
           .type = base::ParameterType::kText,
           .meaning = "dense layers behind the LSTM, where clinical columns are appended",
           .default_value = "32",
           .placeholder = "N,N"}};
}

}  // namespace

const ModelEntry& lstm_entry() {
  static const ModelEntry entry{
      .name = "lstm",
      .title = "recurrent net over windows of the genome",
      .purpose =
          "A long short-term memory reads the genome in windows, in order; clinical columns are "
          "appended to its last state. The papers compare it; expect it to be slower than cnn and "
          "seldom better. Hochreiter, Schmidhuber 1997, Neural Comput 9(8).",
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
