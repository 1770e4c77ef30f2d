// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gcrisk/base/error.hpp"
#include "gcrisk/preprocess/step.hpp"

// Small tools for what steps remember.
namespace gcrisk::preprocess {

inline constexpr std::uint64_t kFnvStart = 0xcbf29ce484222325ULL;

// FNV-1a (Fowler, Noll, Vo), continued from `hash`.
constexpr std::uint64_t fnv1a(std::string_view text, std::uint64_t hash = kFnvStart) {
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

// A tensor of a loaded state. MalformedError where it is absent or of another type.
template <typename Value>
const std::vector<Value>& tensor_values(const StepState& state, const std::string& name) {
  const auto at = state.tensors.find(name);
  if (at == state.tensors.end() || !std::holds_alternative<std::vector<Value>>(at->second.values)) {
    throw base::MalformedError("recipe.safetensors: array '" + name +
                                   "' is absent or of another type than recipe.json says",
                               "make the study or the model again");
  }
  return std::get<std::vector<Value>>(at->second.values);
}

// The same with a number of values that must be met.
template <typename Value>
const std::vector<Value>& tensor_values(const StepState& state,
                                        const std::string& name,
                                        std::size_t expected) {
  const auto& values = tensor_values<Value>(state, name);
  if (values.size() != expected) {
    throw base::MalformedError("recipe.safetensors: array '" + name + "' has " +
                                   std::to_string(values.size()) + " values, recipe.json expects " +
                                   std::to_string(expected),
                               "make the study or the model again");
  }
  return values;
}

}  // namespace gcrisk::preprocess
