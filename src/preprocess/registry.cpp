// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/registry.hpp"

#include "gcrisk/preprocess/step.hpp"

namespace gcrisk::preprocess {

#define GCRISK_REGISTER(name) const StepEntry& name##_entry();
#include "registry.inc"
#undef GCRISK_REGISTER

const std::vector<const StepEntry*>& all_steps() {
  static const std::vector<const StepEntry*> kAll = {
#define GCRISK_REGISTER(name) &name##_entry(),
#include "registry.inc"
#undef GCRISK_REGISTER
  };
  return kAll;
}

const StepEntry& find_step(std::string_view name) {
  return base::find_entry<StepEntry>(all_steps(), "step", name);
}

}  // namespace gcrisk::preprocess
