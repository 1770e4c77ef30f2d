// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/evaluate/scored.hpp"

namespace gcrisk::evaluate {

// Draws people with replacement, as many cases as there are cases and as many controls as there
// are controls (classes, events likewise), and calls `measure` with how often each was drawn.
// What `measure` returns is row i of the result. Sample i depends on (seed, i) alone, so the
// result is the same on any number of threads. Cost: replicates × (people + measure).
//
// The share of cases is held as it is: intervals of measures that depend on it (Brier, net
// benefit) speak of new people from a population with the same share.
std::vector<std::vector<double>> bootstrap(
    const Scored& people,
    std::size_t replicates,
    const base::Context& context,
    const std::function<std::vector<double>(Weights)>& measure);

// The two quantiles of column `column` that hold `level` between them (type 7 of Hyndman and Fan
// 1996), leaving out NaN; both NaN where more than a tenth of the samples gave none.
struct Percentiles {
  double low;
  double high;
};
Percentiles percentile_interval(const std::vector<std::vector<double>>& samples,
                                std::size_t column,
                                double level);

}  // namespace gcrisk::evaluate
