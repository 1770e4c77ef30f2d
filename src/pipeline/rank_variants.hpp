// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/cohort/dataset.hpp"

namespace gcrisk::pipeline {

// How variants are ordered: a test of single variants (chi2, trend, …), or a method that sees all
// of them at once (lasso, rfe).
struct Ranking {
  std::string method;            // empty: no selection
  std::string model = "lr";      // of rfe: whose importances decide
  double step = 0.5;             // of rfe: share that leaves in a round
  std::vector<std::string> set;  // of rfe: options of the model, "trees=200"
};

// "chi2", "lasso", "rfe", "rfe:rf". UsageError for a method or model that is not there.
Ranking parse_ranking(std::string_view text);

// The best `top` variants of the training people, best first; none of a constant column.
std::vector<std::uint32_t> rank_variants(const cohort::Dataset& training,
                                         const Ranking& ranking,
                                         std::size_t top,
                                         const base::Context& context);

}  // namespace gcrisk::pipeline
