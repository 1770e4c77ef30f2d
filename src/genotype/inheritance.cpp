// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/genotype/inheritance.hpp"

#include <string>

namespace gcrisk::genotype {

Inheritance inheritance_of(const Variant& variant) {
  const std::string name = plain_chromosome(variant.chromosome);
  if (name == "X") return Inheritance::kX;
  if (name == "Y") return Inheritance::kY;
  if (name == "MT") return Inheritance::kMaternal;
  for (const char* shared : {"XY", "25", "PAR1", "PAR2", "0"}) {
    if (name == shared) return Inheritance::kShared;
  }
  return Inheritance::kAutosomal;
}

}  // namespace gcrisk::genotype
