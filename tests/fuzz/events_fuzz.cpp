// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// Any bytes as an events file, and what it says as units and times.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gcrisk/base/error.hpp"
#include "gcrisk/clinical/units.hpp"
#include "gcrisk/io/events.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gcrisk;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    auto reader = io::EventsReader::from_memory("fuzz", text);
    clinical::Record record;
    while (reader.next(record)) {
      if (record.events.empty()) std::abort();
      for (const auto& event : record.events) {
        static_cast<void>(clinical::convert(event.unit, "mg/dL", 100));
        if (!event.time.known()) continue;
        if (event.time.latest() < event.time.earliest()) std::abort();
        if (clinical::parse_time(clinical::format_time(event.time)) != event.time) std::abort();
      }
    }
  } catch (const base::Error&) {
  }
  return 0;
}
