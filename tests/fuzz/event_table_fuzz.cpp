// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// Any bytes as a mapping, a line of '=', and a table of events read through it.
#include <cstdint>
#include <string_view>

#include "gcrisk/base/error.hpp"
#include "gcrisk/io/event_table.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gcrisk;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const auto line = all.find("\n=\n");
  const std::string_view json = line == std::string_view::npos ? "{}" : all.substr(0, line);
  const std::string_view text = line == std::string_view::npos ? all : all.substr(line + 3);
  for (const bool skip : {false, true}) {
    clinical::EventSorter sorter(".", 1);
    io::RecordOptions options;
    options.skip_bad = skip;
    try {
      const auto mappings = io::parse_event_mappings(json, "fuzz.json");
      static_cast<void>(io::read_event_table_text(text, "fuzz.csv", mappings, options, sorter));
    } catch (const base::Error&) {
    }
  }
  return 0;
}
