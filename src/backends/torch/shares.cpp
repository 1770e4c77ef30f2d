// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "backends/torch/shares.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

#include <string>

#include "gcrisk/base/error.hpp"

namespace gcrisk::backends::torch {

using at::Tensor;

Share share_of(std::size_t n, const Group* group) {
  if (group == nullptr) return {0, n};
  return {n * group->rank() / group->size(), n * (group->rank() + 1) / group->size()};
}

void require_shareable(const nn::Plan& plan, std::size_t n_processes) {
  for (const nn::Step& step : plan.steps) {
    if (step.type != "batch-norm") continue;
    throw base::MismatchError("layer " + step.name + " (batch-norm): it needs whole batches, " +
                                  std::to_string(n_processes) +
                                  " processes have a part of them each",
                              "take layer-norm, or start one process");
  }
}

Tensor gather_scores(Group& group, const Tensor& own, std::int64_t before, std::int64_t n) {
  const std::int64_t end = before + own.size(0);
  Tensor all = at::zeros({n, own.size(1)}, own.options());
  all.slice(0, before, end).copy_(own.detach());
  group.sum(all);
  return at::cat({all.slice(0, 0, before), own, all.slice(0, end)});
}

void sum_together(Group& group, std::vector<Tensor>& arrays) {
  std::vector<Tensor> flat;
  for (const Tensor& array : arrays) flat.push_back(array.flatten());
  Tensor all = at::cat(flat);
  group.sum(all);
  std::int64_t begin = 0;
  for (Tensor& array : arrays) {
    const std::int64_t n = array.numel();
    array = all.slice(0, begin, begin + n).view_as(array);
    begin += n;
  }
}

}  // namespace gcrisk::backends::torch
