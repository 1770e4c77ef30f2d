// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/registry.hpp"

#include "gcrisk/select/selector.hpp"

namespace gcrisk::select {

#define GCRISK_REGISTER(name) const SelectorEntry& name##_entry();
#include "registry.inc"
#undef GCRISK_REGISTER

const std::vector<const SelectorEntry*>& all_selectors() {
#define GCRISK_REGISTER(name) &name##_entry(),
  static const std::vector<const SelectorEntry*> kAll = {
#include "registry.inc"
  };
#undef GCRISK_REGISTER
  return kAll;
}

const SelectorEntry& find_selector(std::string_view name) {
  return base::find_entry(all_selectors(), "selection method", name);
}

std::unique_ptr<Selector> make_selector(const SelectorEntry& entry, const Task& task) {
  if (const std::string reason = entry.refusal(task); !reason.empty()) {
    throw base::MismatchError("--method " + entry.name + ": " + reason);
  }
  return entry.make(task);
}

}  // namespace gcrisk::select
