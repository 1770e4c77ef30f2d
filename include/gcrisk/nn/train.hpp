// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/nn/backend.hpp"

namespace gcrisk::nn {

struct TrainingSettings {
  std::size_t epochs = 100;
  std::size_t batch = 32;
  double learning_rate = 1e-3;
  std::string schedule = "constant";  // or "plateau", "cosine"
  std::size_t warmup_epochs = 0;      // the rate grows from 0 over the first so many epochs
  double weight_decay = 0;
  double clip_norm = 0;
  double modality_dropout = 0;
  std::size_t patience = 10;  // epochs without a better validation loss; 0: never stop early
  double min_improvement = 0;
  bool half_precision = false;
  std::uint64_t seed = 1;
  std::string checkpoint_folder;   // empty: none
  bool writes_checkpoints = true;  // of several processes only the first
  std::string fingerprint;         // of data and options: a checkpoint of other ones is not taken
};

struct Epoch {
  std::size_t epoch = 0;  // from 1
  double learning_rate = 0;
  double train_loss = 0;
  double validation_loss = 0;  // NaN without validation
};

struct TrainingResult {
  std::vector<Epoch> history;
  std::size_t best_epoch = 0;
  double best_loss = 0;
  std::string stopped_by;  // "patience", "epochs"
  bool resumed = false;
};

// Trains on `train` rows of the data bound to `executor`; with `validation` rows it stops when
// their loss no longer falls and puts the best weights back. Errors: ConvergenceError when a loss
// is not finite, with epoch and batch; TerminatedError or CheckpointedError after a checkpoint was
// written. Several processes call it alike and stop together; MismatchError where they are not at
// one on data, options or checkpoint.
TrainingResult train(Executor& executor,
                     Loss loss,
                     const Data& data,
                     std::span<const std::uint32_t> train,
                     std::span<const std::uint32_t> validation,
                     const TrainingSettings& settings,
                     const base::Context& context,
                     std::size_t n_outputs);

void remove_checkpoints(const std::string& folder);

// Mean loss of `rows`.
double evaluate(Executor& executor,
                Loss loss,
                const Data& data,
                std::size_t n_outputs,
                std::span<const std::uint32_t> rows);

}  // namespace gcrisk::nn
