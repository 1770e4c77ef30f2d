// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// Any bytes as FHIR: events or one of our errors, never a fault; skipping what is broken leaves at
// least as much as stopping there.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "gcrisk/base/error.hpp"
#include "gcrisk/clinical/features.hpp"
#include "gcrisk/clinical/record_maker.hpp"
#include "gcrisk/clinical/sequences.hpp"
#include "gcrisk/io/fhir.hpp"

namespace {

using namespace gcrisk;

// Number of events that reach a person.
// Steps hold what lies before the index, each event once, in the order of time.
void check_steps(const clinical::Record& record) {
  const auto index = clinical::IndexRule::parse("last-event").index_of(record);
  if (!index) return;
  std::size_t wanted = 0;
  for (const auto& event : record.events) {
    const bool is_before = clinical::is_before(event.time, *index);
    wanted += is_before && !clinical::is_bookkeeping(event.code) ? 1 : 0;
  }
  for (const char* kind : {"visits", "100000d"}) {
    auto options = clinical::parse_sequence(kind);
    options.max_steps = 1000000;
    std::vector<clinical::Step> steps;
    std::uint64_t left_out = 0;
    clinical::steps_of(record, *index, options, steps, left_out);
    std::size_t n = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      n += steps[i].events.size();
      if (i > 0 && steps[i].begin.earliest() < steps[i - 1].begin.earliest()) std::abort();
    }
    if (n != wanted || left_out != 0) std::abort();
  }
}

std::size_t read(std::string_view text, bool skip) {
  clinical::EventSorter sorter(".", 1);
  io::RecordOptions options;
  options.skip_bad = skip;
  io::RecordsRead read = io::read_fhir_text(text, "fuzz.json", options, sorter);
  std::vector<std::string> names(read.files.size(), "fuzz.json");
  clinical::RecordMaker maker(read.references, names, skip);
  clinical::PackedPerson packed;
  clinical::Record record;
  std::size_t n = 0;
  while (sorter.next(packed)) {
    maker.make(packed, record, read.report);
    for (std::size_t i = 1; i < record.events.size(); ++i) {
      if (clinical::precedes(record.events[i], record.events[i - 1])) std::abort();
    }
    n += record.events.size();
    check_steps(record);
  }
  return n;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t strict = 0;
  bool was_fine = false;
  try {
    strict = read(text, false);
    was_fine = true;
  } catch (const gcrisk::base::Error&) {
  }
  try {
    if (read(text, true) != strict && was_fine) std::abort();
  } catch (const gcrisk::base::Error&) {
    if (was_fine) std::abort();
  }
  return 0;
}
