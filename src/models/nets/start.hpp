// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/base/tensor.hpp"
#include "gcrisk/models/executed.hpp"
#include "gcrisk/nn/network.hpp"
#include "gcrisk/nn/plan.hpp"

namespace gcrisk::models::nets {

// What the numbers of each input are called, in the order in which a net reads them.
struct InputNames {
  std::vector<std::string> genotypes;
  std::vector<std::string> clinical;
  std::vector<std::string> molecular;

  const std::vector<std::string>& of(const std::string& input) const;
};

// What was taken from another net.
struct Begun {
  std::size_t n_arrays = 0;
  std::size_t n_whole = 0;             // arrays taken as they are, or with every input's name found
  std::vector<std::string> not_whole;  // the other ones
  std::size_t n_inputs = 0;            // variants and columns of the net
  std::size_t n_found = 0;             // those that the other net has too
};

// Puts the other net's arrays into `parameters`. Arrays of the same name and shape are taken; a
// dense layer that reads an input is taken column by column, by the names of variants and columns;
// where the inputs differ, layers whose weights belong to positions stay as they are. `member` is
// the network of the other one's ensemble. MismatchError where nothing fits.
Begun begin_with(const Start& start,
                 const nn::Plan& plan,
                 const InputNames& names,
                 std::size_t member,
                 base::TensorMap& parameters);

// The arrays of branches (or "head", "fusion"). UsageError for a branch that the net has not,
// MismatchError where an array of it was not taken whole: it would stay at random.
std::vector<std::string> frozen_arrays(const std::vector<std::string>& branches,
                                       const nn::NetworkSpec& spec,
                                       const nn::Plan& plan,
                                       const Begun& begun);

}  // namespace gcrisk::models::nets
