// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "gcrisk/clinical/time.hpp"

namespace gcrisk::clinical {

// An event on its way from a reader to its person, with where it came from.
struct RawEvent {
  std::string_view subject;
  std::string_view code;
  Time time;
  double value = std::numeric_limits<double>::quiet_NaN();
  std::string_view text;
  std::string_view unit;
  // Hash of what names the source resource (type and ID); 0: it has no name. The same resource
  // read twice is told by it.
  std::uint64_t resource = 0;
  std::uint64_t line = 0;
  std::uint32_t file = 0;
  // The code is a reference that is resolved when everything is read (Medication/17, a concept).
  bool code_is_reference = false;
  bool unit_is_reference = false;
  bool text_is_reference = false;
};

// Many events, packed one after the other: what one thread makes of one block of input, and what
// is spilled to disk. Subject, code and unit may have up to 65,535 bytes each.
class EventBlock {
 public:
  void add(const RawEvent& event);
  void clear() { bytes_.clear(); }
  // Events added after a mark are taken back.
  std::size_t mark() const noexcept { return bytes_.size(); }
  void rewind(std::size_t mark) { bytes_.resize(mark); }
  bool empty() const noexcept { return bytes_.empty(); }
  const std::vector<char>& bytes() const noexcept { return bytes_; }

 private:
  std::vector<char> bytes_;
};

// The packed event at `from`; its texts point into the same bytes. `size` of its first 4 bytes.
RawEvent unpack_event(const char* from);
std::uint32_t packed_size(const char* from);
std::string_view packed_subject(const char* from);

}  // namespace gcrisk::clinical
