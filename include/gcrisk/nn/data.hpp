// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gcrisk/nn/plan.hpp"

namespace gcrisk::nn {

// People as a net reads them: person after person, genotypes packed. A backend gets this once and
// is then given rows. Sizes of parts that are absent are 0.
struct Data {
  std::size_t n_people = 0;
  InputSizes sizes;

  // Four calls a byte, first variant in the lowest bits, codes of the .bed file; a person's calls
  // begin at a byte.
  std::vector<std::uint8_t> genotypes;
  std::vector<std::array<float, 4>> dosage;  // what each code of a variant stands for
  std::vector<float> clinical;               // n_people × n_clinical
  std::vector<float> molecular;
  std::vector<float> visits;                // n_people × n_visits × visit_channels
  std::vector<std::uint32_t> visit_counts;  // visits that are there, from the first

  // Whether a person has an input at all (empty: everybody has). Where not, its branch gives zero.
  std::vector<std::uint8_t> has_genotypes;
  std::vector<std::uint8_t> has_clinical;

  // Class index, value, or 1 where the event was seen.
  std::vector<float> target;
  std::vector<float> time;              // survival: as given, for Cox
  std::vector<std::uint32_t> interval;  // discrete time: the interval of event or censoring
  std::vector<float> weight;            // empty: all 1

  std::size_t genotype_bytes() const { return (sizes.n_variants + 3) / 4; }
  const std::uint8_t* calls(std::size_t person) const {
    return genotypes.data() + person * genotype_bytes();
  }
};

// A person's calls as numbers: n_variants positions × channels (1: dosage, 2: dosage and missing,
// 3: one channel a genotype, none for a missing call).
void decode_calls(const Data& data, std::size_t person, std::size_t channels, float* out);

// What a branch reads of a person, shape.size() numbers.
void read_input(
    const Data& data, const InputStep& input, const Shape& shape, std::size_t person, float* out);

}  // namespace gcrisk::nn
