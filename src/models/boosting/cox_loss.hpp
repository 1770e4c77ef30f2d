// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "loss.hpp"

namespace gcrisk::models::boosting {

// Proportional hazards: minus the log partial likelihood, ties after Efron (1977, JASA 72:557). The
// score is the log hazard ratio to nobody in particular; adding a constant changes nothing. The
// hessian is the diagonal. Cost: sorting once, then linear in people.
std::unique_ptr<Loss> make_cox_loss(const cohort::Outcome& outcome, std::vector<double> weights);

}  // namespace gcrisk::models::boosting
