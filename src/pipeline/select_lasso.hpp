// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "gcrisk/base/context.hpp"
#include "select_input.hpp"

namespace gcrisk::pipeline {

// Where a variant stands in the order of the lasso, and the lambda at which it entered.
struct LassoRank {
  std::size_t rank = 0;
  double lambda = 0;
};

// The lasso sees all variants at once, so they are held in memory, two bits a call.
// By the number of the variant. Errors: MismatchError for an outcome of times; DegenerateError
// where no variant has any tie to the outcome.
std::map<std::uint64_t, LassoRank> lasso_ranks(SelectInput& input,
                                               std::size_t top,
                                               const base::Context& context);

}  // namespace gcrisk::pipeline
