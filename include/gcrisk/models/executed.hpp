// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/models/model.hpp"
#include "gcrisk/nn/processes.hpp"

namespace gcrisk::models {

// How a net is to be executed.
struct Execution {
  std::string backend = "auto";   // of nn/backend.hpp
  std::string checkpoint_folder;  // empty: no checkpoints
  nn::Processes processes = {};   // those that train this net together
};

// Another net to begin with: what it learned, and what its inputs are called.
struct Start {
  std::string folder;  // for messages
  State state;
  std::vector<std::string> variants;  // with the allele that is counted, in its dataset's order
  std::vector<std::string> clinical;
  std::vector<std::string> molecular;
  std::vector<std::string> frozen;  // branches that stay as they are, or "head", "fusion"
};

// A variant's name in `Start`: position, alleles, and which of them is counted.
std::string start_name(const genotype::Variant& variant);

// What a model is besides, when it has backends to choose from, runs on devices and leaves
// checkpoints: a net. Apart from `Model`, whose others run on the CPU and have nothing to choose.
class Executed {
 public:
  virtual ~Executed() = default;
  virtual void set_execution(const Execution& execution) = 0;  // before fit
  virtual void start_from(Start start) = 0;                    // before fit
};

}  // namespace gcrisk::models
