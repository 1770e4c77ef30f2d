// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "comparison.hpp"

namespace gcrisk::pipeline {

// Two-sided p of the corrected resampled t test: folds share training people, so that the variance
// of the mean is 1/n + n_test/n_train of that of a fold, not 1/n (Nadeau and Bengio 2003).
// NaN with fewer than two folds or without any variance.
double corrected_resampled_t(std::span<const double> first,
                             std::span<const double> second,
                             double test_share);

// `values[i]` are the folds of method i, higher is better; ties share ranks. Friedman's statistic
// in Iman and Davenport's F form, Nemenyi's difference at 5 % (Demšar 2006).
RankTest friedman_nemenyi(const std::vector<std::vector<double>>& values);

PairedTest paired_test(const RowResult& first,
                       const RowResult& second,
                       double test_share,
                       const MeasureSettings& settings,
                       const base::Context& context);

}  // namespace gcrisk::pipeline
