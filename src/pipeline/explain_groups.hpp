// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/cohort/dataset.hpp"

namespace gcrisk::pipeline {

// Features whose contributions are added up and shown as one.
struct FeatureGroup {
  std::string name;
  std::string kind;                   // variant, block, gene, clinical, molecular
  std::vector<std::size_t> features;  // variants first, then clinical, then molecular columns
};

// Every feature by itself.
std::vector<FeatureGroup> single_features(const cohort::Dataset& data);

// Neighbouring variants of a chromosome in one block while each has a squared correlation of at
// least `r_squared` with the one before it and lies within `distance_bp` of it. Correlations are
// those of `data`.
std::vector<FeatureGroup> ld_blocks(const cohort::Dataset& data,
                                    double r_squared,
                                    std::int64_t distance_bp);

// Variants by the gene that they lie in; those in none stay alone, those in several go to the
// first. The file: chromosome, start, end (0-based, half open, as BED), name; more columns are
// allowed. MalformedError with file:line.
std::vector<FeatureGroup> genes(const cohort::Dataset& data, const std::string& path);

}  // namespace gcrisk::pipeline
