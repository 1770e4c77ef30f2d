// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/clinical/event_block.hpp"

namespace gcrisk::clinical {

// All packed events of one person, in no particular order. Valid until the next call of `next`.
struct PackedPerson {
  std::string id;
  std::vector<const char*> events;   // where each begins, in the sorter or in `bytes`
  std::vector<char> bytes;           // of events that were read back
  const TextTable* texts = nullptr;  // of the sorter: what the numbers of codes and units mean
};

// Brings the events of each person together without holding everybody in memory: events are
// collected until `memory_bytes` are full, ordered by person and written to a nameless file; at
// the end the pieces are merged. Memory: `memory_bytes`, 64 KiB to 1 MiB a piece while merging,
// one person, and each code and unit that occurs once. Not thread-safe.
class EventSorter {
 public:
  // `folder`: where there is room for what does not fit into memory; nothing is left there.
  EventSorter(std::filesystem::path folder, std::size_t memory_bytes);
  ~EventSorter();

  void add(const EventBlock& block);  // WriteError when the disk is full

  // The next person in the order of IDs (as bytes); false after the last. No `add` after it.
  bool next(PackedPerson& person);
  // Back to the first person.
  void rewind();

  const std::filesystem::path& folder() const noexcept;
  std::uint64_t n_events() const noexcept;
  std::uint64_t n_cut() const noexcept;  // events that lost the end of a text that was too long
  std::uint64_t bytes_spilled() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gcrisk::clinical
