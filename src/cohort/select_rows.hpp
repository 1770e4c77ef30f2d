// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gcrisk::cohort {

// The chosen elements in the order of `rows`; an absent (empty) part stays empty.
template <typename T>
std::vector<T> pick(const std::vector<T>& from, std::span<const std::uint32_t> rows) {
  std::vector<T> to;
  if (from.empty()) return to;
  to.reserve(rows.size());
  for (const auto row : rows) to.push_back(from[row]);
  return to;
}

}  // namespace gcrisk::cohort
