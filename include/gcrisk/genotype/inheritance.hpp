// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gcrisk/genotype/variant.hpp"

namespace gcrisk::genotype {

// How many copies of a variant people have, by the name of its chromosome. Numbers are those of
// human PLINK files (23 to 26 are X, Y, XY, MT); other species' autosomes below 23 and named
// contigs count as autosomes.
enum class Inheritance {
  kAutosomal,
  kShared,    // XY, PAR1, PAR2: two copies in everybody, one of them beside sex; 0: unplaced
  kX,         // men have one copy
  kY,         // men have one copy, women none
  kMaternal,  // MT: everybody has one
};
Inheritance inheritance_of(const Variant& variant);

}  // namespace gcrisk::genotype
