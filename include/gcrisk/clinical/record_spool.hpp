// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "gcrisk/clinical/events.hpp"
#include "gcrisk/clinical/time.hpp"

namespace gcrisk::clinical {

// Records on their way from the first look at people to the second: they are written one behind
// the other to a nameless file and read back in the same order, so that nobody is put together
// twice. Codes and units are kept once, as numbers; the records that come back carry them.
// Memory: two buffers, one person, and the codes and units that occur.
class RecordSpool {
 public:
  // `folder`: where there is room; nothing is left there.
  explicit RecordSpool(std::filesystem::path folder);
  ~RecordSpool();

  void add(const Record& record, const Time& index);  // WriteError when the disk is full

  // The next record with its index; false after the last. No `add` after it. The texts live until
  // the next call.
  bool next(Record& record, Time& index);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gcrisk::clinical
