// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "gcrisk/nn/data.hpp"

namespace gcrisk::nn {

enum class Loss {
  kBinary,        // cross-entropy of one logit
  kMulticlass,    // cross-entropy of one logit a class
  kSquared,       // half the squared error
  kCox,           // negative log partial likelihood within the batch, Breslow's ties; Cox 1972,
                  // Faraggi, Simon 1995, Stat Med 14
  kDiscreteTime,  // logistic hazard of each interval; Gensheimer, Narasimhan 2019, PeerJ 7:e6257
};
std::string to_string(Loss loss);
Loss parse_loss(const std::string& text);

// Mean loss of the people `rows` of `data` whose `scores` are rows × k, and its derivative by the
// scores (null: not wanted). People without weight count 1; the mean divides by the number of
// rows (Cox: of events seen). Sums are in double and in the order of rows.
double loss_of(Loss loss,
               const Data& data,
               std::span<const std::uint32_t> rows,
               const float* scores,
               std::size_t k,
               float* gradient);

}  // namespace gcrisk::nn
