// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/data.hpp"

#include <algorithm>

namespace gcrisk::nn {

namespace {

constexpr unsigned kMissing = 1;  // codes of the .bed file: 0 two A1, 2 one, 3 none

}  // namespace

void decode_calls(const Data& data, std::size_t person, std::size_t channels, float* out) {
  const std::uint8_t* calls = data.calls(person);
  const std::size_t n = data.sizes.n_variants;
  for (std::size_t j = 0; j < n; ++j) {
    const unsigned code = calls[j / 4] >> 2 * (j % 4) & 3U;
    if (channels == 3) {
      for (unsigned c = 0; c < 3; ++c) out[3 * j + c] = 0;
      if (code != kMissing) out[3 * j + (code == 0 ? 2 : code == 2 ? 1 : 0)] = 1;
      continue;
    }
    out[channels * j] = data.dosage[j][code];
    if (channels == 2) out[2 * j + 1] = code == kMissing ? 1.0F : 0.0F;
  }
}

void read_input(
    const Data& data, const InputStep& input, const Shape& shape, std::size_t person, float* out) {
  if (input.input == "genotypes") {
    decode_calls(data, person, shape.channels, out);
    return;
  }
  const std::vector<float>& from = input.input == "clinical"    ? data.clinical
                                   : input.input == "molecular" ? data.molecular
                                                                : data.visits;
  std::copy_n(from.data() + person * shape.size(), shape.size(), out);
}

}  // namespace gcrisk::nn
