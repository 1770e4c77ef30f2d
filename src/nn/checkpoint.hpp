// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "gcrisk/base/tensor.hpp"
#include "gcrisk/nn/train.hpp"

namespace gcrisk::nn {

// Where training stands: all that it goes on from.
struct Checkpoint {
  std::string fingerprint;
  std::size_t epoch = 0;        // epochs that are complete
  std::size_t people_done = 0;  // of the epoch that is not
  double loss_sum = 0;          // of those
  TrainingResult so_far;
  base::TensorMap state;  // of the executor
  base::TensorMap best;   // parameters of the best epoch
};

// Written aside and renamed; the one before it is kept as checkpoint.previous. WriteError.
void write_checkpoint(const std::string& folder, const Checkpoint& checkpoint);

// The newest whole checkpoint with this fingerprint, or none.
std::optional<Checkpoint> read_checkpoint(const std::string& folder,
                                          const std::string& fingerprint);

}  // namespace gcrisk::nn
