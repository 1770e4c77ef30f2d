// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "rank_variants.hpp"

namespace gcrisk::pipeline {

// A variant that was left at the end, with its importance in the last model.
struct Survivor {
  std::uint32_t variant = 0;
  double importance = 0;
};

// Recursive feature elimination (Guyon et al., Machine Learning 2002): the model is fitted to the
// variants that are left and to all dense columns, the share `ranking.step` of the variants that
// matters least leaves, and so on until `top` are left; they come ordered by a last fit. Dense
// columns always stay. What matters: the model's own importances where it saves some (rf), else
// the mean size of its contributions to the score over at most 1,000 training people. Equal ones
// keep the order of the round before.
// Cost: a fit a round, log(variants / top) / log(1 / (1 - step)) rounds and one more.
// Errors: those of the model; UsageError where it has no importances.
std::vector<Survivor> eliminate(const cohort::Dataset& training,
                                const Ranking& ranking,
                                std::size_t top,
                                const base::Context& context);

}  // namespace gcrisk::pipeline
