// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "backends/eigen/op.hpp"

namespace gcrisk::backends::eigen {

// Adds up the parts of all gradients, clips them together, and moves the weights: Adam with
// decoupled weight decay, in blocks whose sums are added in order.
class Adam {
 public:
  Adam(std::vector<Parameter*> parameters, const Team& team);
  // Gradients alone: parts added up.
  void gather();
  void step(const nn::StepSettings& settings, double learning_rate, std::uint64_t number);

 private:
  struct Block {
    Parameter* parameter;
    std::size_t begin;
    std::size_t end;
  };
  void gather(const Block& block) const;

  const Team& team_;
  std::vector<Block> blocks_;
  std::vector<double> squares_;  // of the gradient, a block
  double cost_ = 0;
};

}  // namespace gcrisk::backends::eigen
