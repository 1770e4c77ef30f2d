// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "rename_people.hpp"

#include <string>

#include "gcrisk/clinical/event_block.hpp"

namespace gcrisk::pipeline {

namespace fs = std::filesystem;

std::unique_ptr<clinical::EventSorter> rename_people(std::unique_ptr<clinical::EventSorter> sorter,
                                                     const Rename& name_of,
                                                     const fs::path& folder,
                                                     std::size_t memory) {
  auto moved = std::make_unique<clinical::EventSorter>(folder, memory);
  clinical::PackedPerson person;
  clinical::EventBlock block;
  while (sorter->next(person)) {
    const std::string name(name_of(person.id));
    block.clear();
    for (const char* const packed : person.events) {
      clinical::RawEvent event = clinical::unpack_event(packed, *person.texts);
      event.subject = name;
      event.forget_numbers();
      block.add(event);
    }
    moved->add(block);
  }
  return moved;
}

std::unique_ptr<clinical::EventSorter> merge_replaced(std::unique_ptr<clinical::EventSorter> sorter,
                                                      const io::RecordsRead& read,
                                                      const fs::path& folder,
                                                      std::size_t memory) {
  const auto name_of = [&](std::string_view id) {
    const auto at = read.replaced.find(id);
    return at == read.replaced.end() ? id : std::string_view(at->second);
  };
  return rename_people(std::move(sorter), name_of, folder, memory);
}

}  // namespace gcrisk::pipeline
