// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/text_table.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace gcrisk::clinical {

namespace {
constexpr std::size_t kFirstSlots = 256;
constexpr std::size_t kBlock = std::size_t{1} << 14;
}  // namespace

TextTable::TextTable() : slots_(kFirstSlots), texts_{std::string_view()} {}

std::uint64_t TextTable::hash_of(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

std::uint32_t TextTable::number_of(std::string_view text, std::uint64_t hash) {
  if (text.empty()) return 0;
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  std::size_t at = hash & mask;
  while (slots_[at].number != kNone) {
    if (slots_[at].tag == tag && texts_[slots_[at].number] == text) return slots_[at].number;
    at = (at + 1) & mask;
  }
  const auto number = static_cast<std::uint32_t>(texts_.size());
  texts_.push_back(keep(text));
  slots_[at] = {tag, number};
  if (2 * texts_.size() > slots_.size()) grow();
  return number;
}

void TextTable::grow() {
  slots_.assign(2 * slots_.size(), Slot{});
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t number = 1; number < texts_.size(); ++number) {
    const std::uint64_t hash = hash_of(texts_[number]);
    std::size_t at = hash & mask;
    while (slots_[at].number != kNone) at = (at + 1) & mask;
    slots_[at] = {static_cast<std::uint32_t>(hash >> 32), number};
  }
}

std::string_view TextTable::keep(std::string_view text) {
  if (room_ - used_ < text.size()) {
    room_ = std::max(kBlock, text.size());
    blocks_.emplace_back(new char[room_]);
    used_ = 0;
  }
  char* const to = blocks_.back().get() + used_;
  std::memcpy(to, text.data(), text.size());
  used_ += text.size();
  return {to, text.size()};
}

void TextTable::clear() {
  if (texts_.size() == 1) return;
  slots_.assign(kFirstSlots, Slot{});
  texts_.assign(1, std::string_view());
  blocks_.clear();
  used_ = room_ = 0;
}

std::string_view cut_text(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  // Bytes 10xxxxxx continue a character.
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace gcrisk::clinical
