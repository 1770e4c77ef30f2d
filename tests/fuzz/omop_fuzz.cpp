// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// Any bytes as a table of OMOP: events or one of our errors. The first byte chooses the table.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/error.hpp"
#include "gcrisk/clinical/record_maker.hpp"
#include "gcrisk/clinical/record_spool.hpp"
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
      io::RecordsRead read =
          io::read_omop_text(text, kTables[data[0] % kTables.size()], options, sorter);
      const std::vector<std::string> names(read.files.size(), "fuzz.csv");
      clinical::RecordMaker maker(read.references, names, skip);
      clinical::PackedPerson person;
      clinical::Record record;
      clinical::RecordSpool spool(".");
      std::size_t n = 0;
      while (sorter.next(person)) {
        maker.make(person, record, read.report);
        spool.add(record, {});
        n += record.events.size();
      }
      clinical::Time index;
      while (spool.next(record, index)) n -= record.events.size();
      if (n != 0) std::abort();
    } catch (const base::Error&) {
    }
  }
  return 0;
}
