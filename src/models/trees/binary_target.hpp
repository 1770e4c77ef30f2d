// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "features.hpp"
#include "genotype_block.hpp"

namespace gcrisk::models::trees {

// Two classes to learn: everybody's genotypes as columns of bits, those of the first class in
// front. Memory: the packed genotypes once more.
class BinaryTarget {
 public:
  // 0 or 1 for each sample.
  BinaryTarget(const Features& features, std::span<const double> classes);

  const GenotypeBlock& everybody() const { return everybody_; }

 private:
  GenotypeBlock everybody_;
};

}  // namespace gcrisk::models::trees
