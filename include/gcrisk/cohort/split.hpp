// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/cohort/outcome.hpp"

namespace gcrisk::cohort {

enum class Set : std::uint8_t { kTrain, kValidation, kTest };

std::string_view to_string(Set set);   // train, validation, test
Set parse_set(std::string_view text);  // UsageError otherwise

// Share of each set, in the order of `Set`; "70/15/15" and "80/20" (train/test) are read by
// parse_shares. Shares add to 1.
using Shares = std::array<double, 3>;
Shares parse_shares(std::string_view text);

// Strata for an outcome: the class, the event, or the quintile of a continuous value.
std::vector<std::int32_t> strata_of(const Outcome& outcome);

// Assigns each sample to a set. Groups (kinship, cage, hospital) are never cut; within that,
// each stratum comes as close to the shares as whole groups allow. Greedy over groups in random
// order, largest first, each to the set where the deficit of its strata is largest.
// `groups` empty: every sample is its own group.
std::vector<Set> split(std::span<const std::int32_t> strata,
                       std::span<const std::int32_t> groups,
                       const Shares& shares,
                       std::uint64_t seed);

// Fold of each sample (0 … k-1) for cross-validation, by the same rule.
std::vector<std::int32_t> folds(std::span<const std::int32_t> strata,
                                std::span<const std::int32_t> groups,
                                std::size_t k,
                                std::uint64_t seed);

// Ascending rows of one set.
std::vector<std::uint32_t> rows_of(std::span<const Set> sets, Set wanted);

}  // namespace gcrisk::cohort
