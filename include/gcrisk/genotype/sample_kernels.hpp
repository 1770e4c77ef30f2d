// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/genotype/packed_matrix.hpp"

// Arithmetic along samples rather than variants. Scalar references: sample_kernels_reference.hpp.
namespace gcrisk::genotype {

// Missing calls of each sample of a view. Cost: one pass of the packed rows, and one addition a
// missing call.
std::vector<std::uint32_t> missing_per_sample(const GenotypeView& view,
                                              const base::Context& context);

}  // namespace gcrisk::genotype
