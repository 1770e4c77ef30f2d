// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// Any bytes as a table of OMOP: events or one of our errors. The first byte chooses the table.
#include <array>
#include <cstdint>
#include <string_view>

#include "gcrisk/base/error.hpp"
#include "gcrisk/io/omop.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gcrisk;
  if (size == 0) return 0;
  constexpr std::array kTables = {"person",
                                  "death",
                                  "observation_period",
                                  "visit_occurrence",
                                  "condition_occurrence",
                                  "drug_exposure",
                                  "measurement",
                                  "observation"};
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  for (const bool skip : {false, true}) {
    clinical::EventSorter sorter(".", 1);
    io::RecordOptions options;
    options.skip_bad = skip;
    try {
      static_cast<void>(
          io::read_omop_text(text, kTables[data[0] % kTables.size()], options, sorter));
      clinical::PackedPerson person;
      while (sorter.next(person)) {
      }
    } catch (const base::Error&) {
    }
  }
  return 0;
}
