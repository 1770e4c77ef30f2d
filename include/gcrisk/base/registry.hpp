// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::base {

// How a kind of thing is listed. The room has `registry.inc` with one line a thing,
//   GCRISK_REGISTER(roc_auc)
// in the order users see, and one file that expands it twice:
//   #define GCRISK_REGISTER(name) const MetricEntry& name##_entry();
//   #include "registry.inc"
//   #define GCRISK_REGISTER(name) &name##_entry(),
//   static const std::vector<const MetricEntry*> kAll = {
//   #include "registry.inc"
//   };
// A name without its file does not link; a file without its line is found by a test.

// The entry called `name` ('_' for '-' accepted), or a UsageError that lists the candidates.
template <typename Entry>
const Entry& find_entry(const std::vector<const Entry*>& entries,
                        std::string_view kind,
                        std::string_view name) {
  std::string wanted(name);
  for (char& c : wanted) {
    if (c == '_') c = '-';
  }
  std::vector<std::string> names;
  for (const Entry* entry : entries) {
    if (entry->name == wanted) return *entry;
    names.emplace_back(entry->name);
  }
  const auto nearest = nearest_names(wanted, names, 1);
  throw UsageError("no " + std::string(kind) + " is called '" + std::string(name) +
                       "', expected one of: " + join(names, ", "),
                   nearest.empty() ? "" : "did you mean " + nearest.front() + "?");
}

}  // namespace gcrisk::base
