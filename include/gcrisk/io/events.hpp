// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/output.hpp"
#include "gcrisk/clinical/events.hpp"

namespace gcrisk::io {

// Writes `<prefix>.events.tsv.gz`: `subject_id time code numeric_value text_value unit`, the
// columns of the MEDS standard with the unit, one line an event, people in the order in which they
// are given. An absent value is an empty cell. Compressed in blocks (BGZF) on the context's
// threads; the bytes do not depend on how many there are.
class EventsWriter {
 public:
  EventsWriter(base::OutputFile& file, const base::Context& context);
  ~EventsWriter();
  void write(const clinical::Record& record);
  // The end-of-file block; call it once, before the file is committed.
  void finish();
  std::uint64_t n_events() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Reads such a file, one person at a time; columns may come in any order, `unit` may be absent, as
// may everything but subject_id, time and code. All lines of a person must stand together.
// Errors: ReadError; MalformedError with file:line.
class EventsReader {
 public:
  explicit EventsReader(const std::string& path);
  static EventsReader from_memory(std::string name, std::string_view bytes);
  ~EventsReader();
  EventsReader(EventsReader&&) noexcept;
  EventsReader& operator=(EventsReader&&) noexcept;

  // Memory: the events of one person, and 8 bytes for each person met.
  bool next(clinical::Record& record);
  std::string finish_hash();

 private:
  struct State;
  explicit EventsReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gcrisk::io
