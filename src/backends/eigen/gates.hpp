// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace gcrisk::backends::eigen {

// One step of an LSTM for one person, `n` units. `gates` holds the sums of input, forget, cell and
// output gate (4 n) and gets their values; `cell` goes from `before` to its new value, `state` is
// the output.
void lstm_forward(std::size_t n, float* gates, const float* before, float* cell, float* state);

// Derivatives: `d_state` by the output, `d_cell` by the cell (on the way back; becomes that by the
// cell before), `d_gates` by the sums.
void lstm_backward(std::size_t n,
                   const float* gates,
                   const float* before,
                   const float* cell,
                   const float* d_state,
                   float* d_cell,
                   float* d_gates);

}  // namespace gcrisk::backends::eigen
