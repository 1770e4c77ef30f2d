// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "gcrisk/base/context.hpp"
#include "rank_variants.hpp"
#include "select_input.hpp"

namespace gcrisk::pipeline {

// Where a variant stands in the order of a method that sees all variants at once, and by what:
// the lambda at which it entered the lasso, its importance in the last model of an elimination.
struct OrderRank {
  std::size_t rank = 0;
  double value = 0;
};

struct JointOrder {
  std::string method;                        // lasso, rfe; empty: tests of single variants order
  std::string column;                        // of `value` in the table of selected variants
  std::map<std::uint64_t, OrderRank> ranks;  // by the number of the variant

  bool empty() const noexcept { return method.empty(); }
};

// All variants of the samples in use are packed, two bits a call: in memory where they need at
// most half of context.memory_bytes, else in a file without a name in `folder`, mapped.
// Errors: MismatchError for an outcome that the method does not take; DegenerateError where no
// variant has any tie to the outcome; WriteError where the file finds no room.
JointOrder joint_order(SelectInput& input,
                       const Ranking& ranking,
                       std::size_t top,
                       const std::string& folder,
                       const base::Context& context);

}  // namespace gcrisk::pipeline
