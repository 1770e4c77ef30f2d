// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/event_block.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace gcrisk::clinical {

namespace {

constexpr std::size_t kKeptRoom = std::size_t{4} << 20;

}  // namespace

char* EventBlock::make_room(std::size_t more) {
  if (room_ < size_ + more) {
    room_ = std::max({size_ + more, 2 * room_, std::size_t{1} << 16});
    std::unique_ptr<char[]> larger(new char[room_]);
    if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
  }
  return bytes_.get() + size_;
}

void EventBlock::clear() {
  size_ = 0;
  texts_.clear();
  if (room_ > kKeptRoom) {
    bytes_.reset();
    room_ = 0;
  }
}

std::uint32_t EventBlock::add(const RawEvent& event) {
  const std::string_view subject = cut_text(event.subject, kLongestText);
  const std::string_view text = cut_text(event.text, kLongestText);
  const bool is_cut = event.was_cut || subject.size() < event.subject.size() ||
                      text.size() < event.text.size() || event.code.size() > kLongestText ||
                      event.unit.size() > kLongestText;
  PackedHead head{};
  head.code = event.code_number != TextTable::kNone
                  ? event.code_number
                  : texts_.number_of(cut_text(event.code, kLongestText));
  head.unit = event.unit_number != TextTable::kNone
                  ? event.unit_number
                  : texts_.number_of(cut_text(event.unit, kLongestText));
  const bool has_origin = event.resource != 0;
  head.size = static_cast<std::uint32_t>(sizeof head + (has_origin ? sizeof(PackedOrigin) : 0) +
                                         subject.size() + text.size());
  head.file = event.file;
  head.seconds = event.time.seconds;
  head.value = event.value;
  head.subject_size = static_cast<std::uint16_t>(subject.size());
  head.text_size = static_cast<std::uint16_t>(text.size());
  head.precision = static_cast<std::uint8_t>(event.time.precision);
  head.flags = static_cast<std::uint8_t>(
      (event.code_is_reference ? PackedHead::kCodeIsReference : 0) |
      (event.text_is_reference ? PackedHead::kTextIsReference : 0) |
      (is_cut ? PackedHead::kWasCut : 0) | (has_origin ? PackedHead::kHasOrigin : 0));
  char* to = make_room(head.size);
  std::memcpy(to, &head, sizeof head);
  to += sizeof head;
  // The subject comes first, so that it is found without looking at the flags.
  if (!subject.empty()) std::memcpy(to, subject.data(), subject.size());
  to += subject.size();
  if (has_origin) {
    const PackedOrigin origin{event.resource, event.line};
    std::memcpy(to, &origin, sizeof origin);
    to += sizeof origin;
  }
  if (!text.empty()) std::memcpy(to, text.data(), text.size());
  size_ += head.size;
  return head.code;
}

void renumber_event(char* event, const std::uint32_t* numbers) {
  for (const std::size_t at : {offsetof(PackedHead, code), offsetof(PackedHead, unit)}) {
    std::uint32_t number;
    std::memcpy(&number, event + at, sizeof number);
    std::memcpy(event + at, numbers + number, sizeof number);
  }
}

}  // namespace gcrisk::clinical
