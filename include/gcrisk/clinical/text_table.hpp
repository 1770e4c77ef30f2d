// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace gcrisk::clinical {

// Texts that occur again and again (codes and units of events), each kept once and known by a
// number: events carry numbers, and what is worked out about a code is worked out once. Number 0
// is the empty text. Texts stay where they are for as long as the table lives or until `clear`.
// Cost: a hash and, mostly, one look into a table of 8 bytes a slot.
class TextTable {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  TextTable();
  std::uint32_t number_of(std::string_view text) { return number_of(text, hash_of(text)); }
  // The same in two steps, for whoever has many texts to look up: the hash of the next ones can be
  // prefetched while the first are looked up.
  std::uint32_t number_of(std::string_view text, std::uint64_t hash);  // new where there is none
  static std::uint64_t hash_of(std::string_view text);
  void prefetch(std::uint64_t hash) const {
    __builtin_prefetch(slots_.data() + (hash & (slots_.size() - 1)));
  }
  // Later, when the slot has come: fetches what a look-up compares with.
  void prefetch_text(std::uint64_t hash) const {
    const std::uint32_t number = slots_[hash & (slots_.size() - 1)].number;
    if (number != kNone) __builtin_prefetch(texts_[number].data());
  }
  std::string_view text(std::uint32_t number) const { return texts_[number]; }
  std::size_t size() const noexcept { return texts_.size(); }
  void clear();

 private:
  struct Slot {
    std::uint32_t tag = 0;  // upper half of the hash
    std::uint32_t number = kNone;
  };
  std::string_view keep(std::string_view text);
  void grow();

  std::vector<Slot> slots_;  // a power of two, at most half full
  std::vector<std::string_view> texts_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_ = 0;  // of the last block
  std::size_t room_ = 0;
};

// The beginning of `text`, at most `most` bytes and not within a character of UTF-8.
std::string_view cut_text(std::string_view text, std::size_t most);

}  // namespace gcrisk::clinical
