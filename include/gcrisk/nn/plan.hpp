// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gcrisk/base/parameters.hpp"
#include "gcrisk/base/tensor.hpp"
#include "gcrisk/nn/network.hpp"

namespace gcrisk::nn {

// How the initial values of a parameter are drawn.
enum class Init {
  kZero,
  kOne,
  kHe,       // uniform within sqrt(6 / fan_in): He et al. 2015, before a rectifier
  kGlorot,   // uniform within sqrt(6 / (fan_in + fan_out)): Glorot, Bengio 2010
  kUniform,  // uniform within 1 / sqrt(fan_in), recurrent layers
  kNormal,   // standard normal, embeddings
};

// One array of a layer. `shape` is the shape in the weight file, which is PyTorch's.
struct ParameterSpec {
  std::string name;  // "genotypes.conv1.weight"
  std::vector<std::size_t> shape;
  Init init = Init::kZero;
  std::size_t fan_in = 1;
  std::size_t fan_out = 1;
  bool decays = true;      // under weight decay
  bool is_buffer = false;  // a running statistic: kept, not learned

  std::size_t size() const;
};

// One layer in its place: which values it reads and writes.
struct Step {
  std::string type;
  std::string name;
  base::Parameters options;
  std::vector<std::size_t> inputs;  // indices into Plan::shapes
  std::size_t output = 0;
  std::vector<ParameterSpec> parameters;
};

struct InputStep {
  std::string input;
  std::string encoding;
  std::size_t output = 0;
};

// How much of each input there is.
struct InputSizes {
  std::size_t n_variants = 0;
  std::size_t n_clinical = 0;
  std::size_t n_molecular = 0;
  std::size_t n_visits = 0;        // most visits of a person
  std::size_t visit_channels = 0;  // numbers a visit
};

// A network with every shape known, in the order of execution. Each value is read by one step.
struct Plan {
  std::vector<Shape> shapes;
  std::vector<InputStep> inputs;
  std::vector<Step> steps;
  std::size_t output = 0;

  std::size_t n_outputs() const { return shapes[output].size(); }
  std::vector<ParameterSpec> parameters() const;
  std::size_t n_parameters() const;  // learned numbers
};

std::size_t channels_of_encoding(const std::string& encoding);

// Shapes of everything before anything is allocated. MismatchError that names the layer, what it
// was given and what it needs. `n_outputs` is checked against the head's last layer (0: any).
Plan make_plan(const NetworkSpec& spec, const InputSizes& sizes, std::size_t n_outputs = 0);

// One line a layer for people: name, what comes out, parameters.
std::vector<std::string> describe(const Plan& plan);

// Drawn from (seed, parameter name) alone, so that a network's other layers do not matter.
base::TensorMap initial_parameters(const Plan& plan, std::uint64_t seed);

// MismatchError where an array is absent or has another shape than the plan says.
void check_parameters(const Plan& plan, const base::TensorMap& parameters);

}  // namespace gcrisk::nn
