// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/events.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace gcrisk::clinical {

namespace {
constexpr std::size_t kArenaBlock = std::size_t{1} << 16;

// Below, above or 0. Codes and units mostly lie at one place.
int order_of(std::string_view a, std::string_view b) {
  return a.data() == b.data() && a.size() == b.size() ? 0 : a.compare(b);
}
}  // namespace

bool precedes(const Event& a, const Event& b) {
  // An undated event has 0 seconds; the sign of `known` puts it first.
  if (a.time.known() != b.time.known()) return !a.time.known();
  if (a.time.seconds != b.time.seconds) return a.time.seconds < b.time.seconds;
  if (const int order = order_of(a.code, b.code); order != 0) return order < 0;
  const bool a_none = std::isnan(a.value);
  const bool b_none = std::isnan(b.value);
  if (a_none != b_none) return a_none;
  if (!a_none && a.value != b.value) return a.value < b.value;
  if (const int order = order_of(a.text, b.text); order != 0) return order < 0;
  if (const int order = order_of(a.unit, b.unit); order != 0) return order < 0;
  return a.time.precision < b.time.precision;
}

std::string_view Record::keep(std::string_view text) {
  if (text.empty()) return {};
  if (capacity_ - used_ < text.size()) {
    capacity_ = std::max(kArenaBlock, text.size());
    arena_.push_back(std::make_unique<char[]>(capacity_));
    used_ = 0;
  }
  char* to = arena_.back().get() + used_;
  std::memcpy(to, text.data(), text.size());
  used_ += text.size();
  return {to, text.size()};
}

void Record::clear() {
  id.clear();
  events.clear();
  // The first block is used again by the next person, unless one person made it huge.
  if (arena_.size() == 1 && capacity_ == kArenaBlock) {
    used_ = 0;
  } else {
    arena_.clear();
    used_ = capacity_ = 0;
  }
}

}  // namespace gcrisk::clinical
