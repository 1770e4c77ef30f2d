// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "backends/torch/group.hpp"
#include "gcrisk/nn/plan.hpp"

// How a batch is cut among processes, and what they make of it is brought together.
namespace gcrisk::backends::torch {

// A stretch of 0 … n - 1.
struct Share {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const { return end - begin; }
};

// The part of `n` that a process does; all of it without a group.
Share share_of(std::size_t n, const Group* group);

// MismatchError for a layer that needs a batch as a whole.
void require_shareable(const nn::Plan& plan, std::size_t n_processes);

// The scores of n people, of which `own`, from number `before` on, are this process's: their
// derivative is known here, that of the others is not.
at::Tensor gather_scores(Group& group, const at::Tensor& own, std::int64_t before, std::int64_t n);

// Sums over processes, in one message.
void sum_together(Group& group, std::vector<at::Tensor>& arrays);

}  // namespace gcrisk::backends::torch
