// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "ensemble.hpp"
#include "gcrisk/models/model.hpp"

namespace gcrisk::models::trees {

// What each feature adds to a person's score, by the Shapley values of the trees (Lundberg et al.
// 2020, From Local Explanations to Global Understanding with Explainable AI for Trees, Nature
// Machine Intelligence 2, algorithm 2): where a tree asks for a feature that is held back, both
// ways are followed in the proportion of the training samples (the trees' covers). Exact, and the
// values add up to the score from the mean over the training samples.
//
// The score is `constant` + `scale` × the sum over trees of value `column` of the leaf. UsageError
// where the trees were saved without covers. Cost a person: leaves × depth².
Attribution explain_trees(const Ensemble& trees,
                          std::size_t column,
                          double scale,
                          double constant,
                          const cohort::Dataset& data,
                          const base::Context& context);

}  // namespace gcrisk::models::trees
