// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/cohort/dataset.hpp"

namespace gcrisk::models {

// A variant on the path of the lasso.
struct LassoEntry {
  std::uint32_t variant = 0;
  double lambda = 0;  // the largest at which it has a coefficient
};

// The order in which variants enter a lasso of all of them together, the first ones first: of
// correlated variants one comes early and the others late or never, unlike in a scan. Dense
// columns of the dataset are left unpenalised. The path has 100 values of lambda down to 0.01 of
// the largest and ends when `top` variants are in; variants that enter at the same value are
// ordered by the size of their first standardised coefficient, and may then exceed `top`, which
// cuts them off. For binary, multi-class and continuous outcomes, all of them known.
// Errors: DegenerateError (one class, no variation); MismatchError (a missing dense value).
std::vector<LassoEntry> lasso_order(const cohort::Dataset& data,
                                    std::size_t top,
                                    const base::Context& context);

}  // namespace gcrisk::models
