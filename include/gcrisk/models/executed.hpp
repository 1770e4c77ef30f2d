// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gcrisk::models {

// How a net is to be executed.
struct Execution {
  std::string backend = "auto";   // of nn/backend.hpp
  std::string checkpoint_folder;  // empty: no checkpoints
};

// What a model is besides, when it has backends to choose from, runs on devices and leaves
// checkpoints: a net. Apart from `Model`, whose others run on the CPU and have nothing to choose.
class Executed {
 public:
  virtual ~Executed() = default;
  virtual void set_execution(const Execution& execution) = 0;  // before fit
};

}  // namespace gcrisk::models
