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
  RecordMaker(const TextMap& references, const std::vector<std::string>& files, bool skip_bad);

  // MalformedError where one resource says two different things. What is dropped goes to `report`.
  void make(const PackedPerson& packed, Record& record, IngestReport& report);

 private:
  void drop_repeated(std::vector<RawEvent>& events, IngestReport& report);
  std::string_view resolve(std::string_view reference, std::string_view otherwise) const;

  const TextMap& references_;
  const std::vector<std::string>& files_;
  bool skip_bad_;
  std::vector<RawEvent> raw_;
};

}  // namespace gcrisk::clinical
