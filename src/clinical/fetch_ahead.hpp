// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "gcrisk/clinical/event_block.hpp"

namespace gcrisk::clinical {

// Events of one person lie anywhere in what was collected. Whoever goes through them asks so many
// places ahead, and they come while the ones before are worked on.
inline constexpr std::size_t kFetchAhead = 24;

inline void fetch_event(const char* event) {
  __builtin_prefetch(event);
  __builtin_prefetch(event + sizeof(PackedHead));
}

}  // namespace gcrisk::clinical
