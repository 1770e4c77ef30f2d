// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace gcrisk::genotype {

// "37" or "38" if a contig of this length ("20" or "chr20") belongs to that human genome build
// alone (NCBI assembly reports); empty otherwise.
std::string_view build_of_length(std::string_view contig, std::int64_t length);

}  // namespace gcrisk::genotype
