// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>

#include "gcrisk/clinical/text_table.hpp"
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
  // Hash of what names the source resource (type and ID); 0: it has no name, and file and line are
  // not kept. The same resource read twice is told by it.
  std::uint64_t resource = 0;
  std::uint64_t line = 0;
  std::uint32_t file = 0;
  // Numbers of code and unit in the block's table, where a reader has them already.
  std::uint32_t code_number = TextTable::kNone;
  std::uint32_t unit_number = TextTable::kNone;
  // The code is a reference that is resolved when everything is read (Medication/17, a concept).
  bool code_is_reference = false;
  bool text_is_reference = false;
  bool was_cut = false;  // a text of it was too long and has lost its end

  // Before an event that was unpacked goes into a block with another table.
  void forget_numbers() { code_number = unit_number = TextTable::kNone; }
};

// Many events, packed one after the other: what one thread makes of one block of input, and what
// is spilled to disk. Codes and units are numbers in the block's table. Subject, code, unit and
// text may have up to kLongestText bytes each; what is longer is cut, and the event says so.
class EventBlock {
 public:
  static constexpr std::size_t kLongestText = 65535;

  // The number of the event's code.
  std::uint32_t add(const RawEvent& event);
  void clear();
  // Events added after a mark are taken back.
  std::size_t mark() const noexcept { return size_; }
  void rewind(std::size_t mark) { size_ = mark; }
  bool empty() const noexcept { return size_ == 0; }
  std::string_view bytes() const noexcept { return {bytes_.get(), size_}; }
  TextTable& texts() noexcept { return texts_; }
  const TextTable& texts() const noexcept { return texts_; }

 private:
  char* make_room(std::size_t more);
  TextTable texts_;
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

// What a packed event begins with, for whoever moves it.
struct PackedHead {
  enum Flag : std::uint8_t {
    kCodeIsReference = 1,
    kTextIsReference = 2,
    kWasCut = 4,
    kHasOrigin = 8,  // a PackedOrigin stands behind the subject
  };
  std::uint32_t size;  // of the whole packed event
  std::uint32_t file;
  std::int64_t seconds;
  double value;
  std::uint32_t code;
  std::uint32_t unit;
  std::uint16_t subject_size;
  std::uint16_t text_size;
  std::uint8_t precision;
  std::uint8_t flags;
  std::uint16_t unused;
};
static_assert(sizeof(PackedHead) == 40);

struct PackedOrigin {
  std::uint64_t resource;
  std::uint64_t line;
};

inline PackedHead packed_head(const char* from) {
  PackedHead head;
  std::memcpy(&head, from, sizeof head);
  return head;
}
// Looks at four bytes only.
inline std::uint32_t packed_size(const char* from) {
  std::uint32_t size;
  std::memcpy(&size, from, sizeof size);
  return size;
}
inline std::string_view packed_subject(const char* from) {
  return {from + sizeof(PackedHead), packed_head(from).subject_size};
}
inline bool packed_was_cut(const char* from) {
  return (packed_head(from).flags & PackedHead::kWasCut) != 0;
}

// Other numbers for code and unit.
void renumber_event(char* event, const std::uint32_t* numbers);

// The packed event at `from`; subject and text point into the same bytes, code and unit into
// `texts`.
inline RawEvent unpack_event(const char* from, const TextTable& texts) {
  const PackedHead head = packed_head(from);
  RawEvent event;
  const char* at = from + sizeof head;
  event.subject = {at, head.subject_size};
  at += head.subject_size;
  if ((head.flags & PackedHead::kHasOrigin) != 0) {
    PackedOrigin origin;
    std::memcpy(&origin, at, sizeof origin);
    event.resource = origin.resource;
    event.line = origin.line;
    at += sizeof origin;
  }
  event.text = {at, head.text_size};
  event.code = texts.text(head.code);
  event.unit = texts.text(head.unit);
  event.code_number = head.code;
  event.unit_number = head.unit;
  event.time = {head.seconds, static_cast<Precision>(head.precision)};
  event.value = head.value;
  event.file = head.file;
  event.code_is_reference = (head.flags & PackedHead::kCodeIsReference) != 0;
  event.text_is_reference = (head.flags & PackedHead::kTextIsReference) != 0;
  event.was_cut = (head.flags & PackedHead::kWasCut) != 0;
  return event;
}

}  // namespace gcrisk::clinical
