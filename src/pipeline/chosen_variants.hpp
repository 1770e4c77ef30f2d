// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gcrisk/genotype/variant.hpp"

namespace gcrisk::pipeline {

struct ChosenVariants {
  std::vector<std::uint32_t> columns;  // of `variants`, ascending
  std::uint64_t n_listed = 0;
  std::uint64_t n_absent = 0;  // listed, but not among `variants`
};

// The variants that a list names: P.selected.tsv (or any table with a column ID, whose header
// begins with '#'), or one ID a line. Rows that have #CHROM, POS, A1 and REF/ALT or A2 are known by
// these, others by ID. `top`: the first so many rows alone.
// Errors: ReadError; DegenerateError where none of the list is there.
ChosenVariants choose_variants(const std::string& path,
                               std::optional<std::uint64_t> top,
                               const genotype::Variants& variants);

}  // namespace gcrisk::pipeline
