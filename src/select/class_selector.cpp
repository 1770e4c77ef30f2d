// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "class_selector.hpp"

namespace gcrisk::select {

std::string needs_classes(const Task& task) {
  if (task.has_classes()) return {};
  return "it needs an outcome with classes, '" + task.outcome.name + "' is " +
         std::string(cohort::to_string(task.outcome.kind));
}

}  // namespace gcrisk::select
