// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gcrisk::io::omop {

// From concept IDs to numbers in the table of a block of events, so that the text of a concept
// is made once a block. Open addressing; ID 0 stands for an empty slot and is never asked for.
class ConceptNumbers {
 public:
  // `make(id)` gives the number where the ID is new.
  template <typename Make>
  std::uint32_t number_of(std::int64_t id, const Make& make) {
    if (2 * n_ >= slots_.size()) grow();
    Slot& slot = slots_[place_of(id)];
    if (slot.id == 0) {
      slot = {id, make(id)};
      ++n_;
    }
    return slot.number;
  }

 private:
  struct Slot {
    std::int64_t id = 0;
    std::uint32_t number = 0;
  };
  std::size_t place_of(std::int64_t id) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = (static_cast<std::uint64_t>(id) * 0x9e3779b97f4a7c15U >> 32) & mask;
    while (slots_[at].id != 0 && slots_[at].id != id) at = (at + 1) & mask;
    return at;
  }
  void grow() {
    std::vector<Slot> before(2 * slots_.size());
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.id != 0) slots_[place_of(slot.id)] = slot;
    }
  }
  std::vector<Slot> slots_ = std::vector<Slot>(64);
  std::size_t n_ = 0;
};

}  // namespace gcrisk::io::omop
