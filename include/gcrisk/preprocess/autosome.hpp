// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gcrisk/genotype/variant.hpp"

namespace gcrisk::preprocess {

// Everything but X, Y, their shared parts, mitochondria and unplaced variants: where everybody has
// two copies. Numbers are those of people (23 to 26 are X, Y, XY, MT); other species' autosomes
// below 23 and named contigs count as autosomes.
inline bool is_autosomal(const genotype::Variant& variant) {
  const std::string name = genotype::plain_chromosome(variant.chromosome);
  for (const char* other : {"X", "Y", "XY", "25", "MT", "0", "PAR1", "PAR2"}) {
    if (name == other) return false;
  }
  return true;
}

}  // namespace gcrisk::preprocess
