// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gcrisk/clinical/event_sorter.hpp"
#include "gcrisk/clinical/events.hpp"
#include "gcrisk/clinical/ingest_report.hpp"

namespace gcrisk::clinical {

// Makes the record of a person from packed events: references become codes, a resource that was
// read twice counts once, events are put in their order.
class RecordMaker {
 public:
  // `references`: from what an event refers to (Medication/17, a concept ID) to its code.
  // `files`: names for messages. `skip_bad`: contradictions are counted instead of thrown.
  // `place_of`: how a message calls the resource at a line of a file; without it FILE:LINE.
  using PlaceOf = std::function<std::string(const std::string& file, std::uint64_t line)>;
  RecordMaker(const TextMap& references,
              const std::vector<std::string>& files,
              bool skip_bad,
              PlaceOf place_of = {});

  // MalformedError where one resource says two different things. What is dropped goes to `report`.
  // The record's texts point into `packed`, its sorter and `references`.
  void make(const PackedPerson& packed, Record& record, IngestReport& report);

 private:
  void collect(const PackedPerson& packed, IngestReport& report);
  void resolve_references(RawEvent& event);
  void drop_repeated(std::vector<RawEvent>& events, IngestReport& report);
  std::string_view resolve(std::string_view reference, std::string_view otherwise) const;
  std::string_view code_of(const RawEvent& event);
  bool has_repeated(const std::vector<RawEvent>& events);

  const TextMap& references_;
  const std::vector<std::string>& files_;
  bool skip_bad_;
  PlaceOf place_of_;
  std::vector<RawEvent> raw_;
  std::vector<Event> events_;
  // References that were looked up, by the number of their text; null data: not yet.
  const TextTable* texts_ = nullptr;
  std::vector<std::string_view> resolved_;
  std::uint64_t n_unresolved_ = 0;
  struct Key {
    std::int64_t time;
    std::uint32_t event;
  };
  std::vector<Key> keys_;
  std::vector<std::uint32_t> slots_;
};

}  // namespace gcrisk::clinical
