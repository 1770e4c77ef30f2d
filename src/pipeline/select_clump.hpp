// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "select_input.hpp"
#include "select_scan.hpp"

namespace gcrisk::pipeline {

// Greedy LD clumping as of plink --clump: the best candidate that is left becomes an index variant
// and takes with it every candidate of its chromosome within `distance_bp` whose squared
// correlation with it, over the samples in use, is at least `r_squared`. Stops after `limit` index
// variants. `candidates` are sorted best first; so is the result, positions in `candidates`.
// Memory: the rows of one pair; cost: one read and a few popcounts a pair in reach.
std::vector<std::size_t> clump(const std::vector<Candidate>& candidates,
                               SelectInput& input,
                               double r_squared,
                               std::int64_t distance_bp,
                               std::size_t limit,
                               const base::Context& context);

}  // namespace gcrisk::pipeline
