// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/event_block.hpp"

#include <algorithm>
#include <cstring>

namespace gcrisk::clinical {

namespace {

struct Head {
  std::uint32_t size;  // of the whole packed event
  std::uint32_t file;
  std::int64_t seconds;
  double value;
  std::uint64_t resource;
  std::uint64_t line;
  std::uint32_t text_size;
  std::uint16_t subject_size;
  std::uint16_t code_size;
  std::uint16_t unit_size;
  std::uint8_t precision;
  std::uint8_t flags;
  std::uint32_t padding = 0;
};
static_assert(sizeof(Head) == 56);

constexpr std::size_t kShort = 65535;

std::string_view cut(std::string_view text, std::size_t most) {
  return text.substr(0, std::min(text.size(), most));
}

}  // namespace

void EventBlock::add(const RawEvent& event) {
  const std::string_view subject = cut(event.subject, kShort);
  const std::string_view code = cut(event.code, kShort);
  const std::string_view unit = cut(event.unit, kShort);
  const std::string_view text = cut(event.text, kShort);
  Head head{};
  head.size = static_cast<std::uint32_t>(sizeof head + subject.size() + code.size() + unit.size() +
                                         text.size());
  head.file = event.file;
  head.seconds = event.time.seconds;
  head.value = event.value;
  head.resource = event.resource;
  head.line = event.line;
  head.text_size = static_cast<std::uint32_t>(text.size());
  head.subject_size = static_cast<std::uint16_t>(subject.size());
  head.code_size = static_cast<std::uint16_t>(code.size());
  head.unit_size = static_cast<std::uint16_t>(unit.size());
  head.precision = static_cast<std::uint8_t>(event.time.precision);
  head.flags = static_cast<std::uint8_t>((event.code_is_reference ? 1 : 0) |
                                         (event.unit_is_reference ? 2 : 0) |
                                         (event.text_is_reference ? 4 : 0));
  const std::size_t at = bytes_.size();
  if (bytes_.capacity() < at + head.size) {
    bytes_.reserve(std::max(2 * bytes_.capacity(), at + head.size));
  }
  bytes_.resize(at + head.size);
  char* to = bytes_.data() + at;
  std::memcpy(to, &head, sizeof head);
  to += sizeof head;
  for (const std::string_view part : {subject, code, unit, text}) {
    if (!part.empty()) std::memcpy(to, part.data(), part.size());
    to += part.size();
  }
}

RawEvent unpack_event(const char* from) {
  Head head;
  std::memcpy(&head, from, sizeof head);
  const char* at = from + sizeof head;
  const auto next = [&](std::size_t n) {
    const std::string_view out(at, n);
    at += n;
    return out;
  };
  RawEvent event;
  event.subject = next(head.subject_size);
  event.code = next(head.code_size);
  event.unit = next(head.unit_size);
  event.text = next(head.text_size);
  event.time = {head.seconds, static_cast<Precision>(head.precision)};
  event.value = head.value;
  event.resource = head.resource;
  event.line = head.line;
  event.file = head.file;
  event.code_is_reference = (head.flags & 1) != 0;
  event.unit_is_reference = (head.flags & 2) != 0;
  event.text_is_reference = (head.flags & 4) != 0;
  return event;
}

std::uint32_t packed_size(const char* from) {
  std::uint32_t size;
  std::memcpy(&size, from, sizeof size);
  return size;
}

std::string_view packed_subject(const char* from) {
  Head head;
  std::memcpy(&head, from, sizeof head);
  return {from + sizeof head, head.subject_size};
}

}  // namespace gcrisk::clinical
