// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/pipeline/commands.hpp"

namespace gcrisk::pipeline {

// registry.inc names one command a line, or a family that is made from another list (`train`
// has one command a model).
#define GCRISK_REGISTER(name) const CommandEntry& name##_command();
#define GCRISK_REGISTER_FAMILY(name) std::vector<CommandEntry> name##_commands();
#include "registry.inc"
#undef GCRISK_REGISTER
#undef GCRISK_REGISTER_FAMILY

const std::vector<CommandEntry>& all_commands() {
  static const std::vector<CommandEntry> kAll = [] {
    std::vector<CommandEntry> all;
#define GCRISK_REGISTER(name) all.push_back(name##_command());
#define GCRISK_REGISTER_FAMILY(name) \
  for (CommandEntry & entry : name##_commands()) all.push_back(std::move(entry));
#include "registry.inc"
#undef GCRISK_REGISTER
#undef GCRISK_REGISTER_FAMILY
    return all;
  }();
  return kAll;
}

}  // namespace gcrisk::pipeline
