// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/record_spool.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "gcrisk/clinical/text_table.hpp"
#include "spill_file.hpp"

namespace gcrisk::clinical {

namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 20;

struct PersonHead {
  std::uint64_t size;  // of everything about the person, this included
  std::int64_t index_seconds;
  std::uint32_t n_events;
  std::uint32_t id_size;
  Precision index_precision;
};

struct EventHead {
  std::int64_t seconds;
  double value;
  std::uint32_t code;
  std::uint32_t unit;
  std::uint32_t text_size;
  Precision precision;
};

template <typename Head>
void append_head(std::vector<char>& to, const Head& head) {
  const auto* bytes = reinterpret_cast<const char*>(&head);
  to.insert(to.end(), bytes, bytes + sizeof head);
}

}  // namespace

struct RecordSpool::State {
  explicit State(std::filesystem::path folder) : file(folder.empty() ? "." : folder) {
    buffer.reserve(kBuffer);
  }

  std::uint32_t code_of(const Event& event) {
    if (event.code_number == Event::kNoNumber) return texts.number_of(event.code);
    if (number_of.size() <= event.code_number) {
      number_of.resize(event.code_number + event.code_number / 2 + 1, TextTable::kNone);
    }
    std::uint32_t& number = number_of[event.code_number];
    if (number == TextTable::kNone) number = texts.number_of(event.code);
    return number;
  }

  // Most often the unit of the event before that has one.
  std::uint32_t unit_of(const Event& event) {
    if (event.unit.empty()) return 0;
    if (texts.text(last_unit) != event.unit) last_unit = texts.number_of(event.unit);
    return last_unit;
  }

  // At least `size` bytes at `used`; false at the end.
  bool fill(std::size_t size) {
    if (buffer.size() - used >= size) return true;
    buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(used));
    used = 0;
    const std::size_t old = buffer.size();
    const std::uint64_t left = file.end() - at;
    const auto n =
        static_cast<std::size_t>(std::min<std::uint64_t>(left, std::max(kBuffer, size) - old));
    buffer.resize(old + n);
    file.read(at, buffer.data() + old, n);
    at += n;
    return buffer.size() >= size;
  }

  SpillFile file;
  TextTable texts;
  std::vector<std::uint32_t> number_of;  // from the number that an event carries to `texts`
  std::uint32_t last_unit = 0;
  std::vector<char> buffer;
  bool reading = false;
  std::uint64_t at = 0;  // in the file, behind what the buffer holds
  std::size_t used = 0;  // of the buffer
};

RecordSpool::RecordSpool(std::filesystem::path folder)
    : state_(std::make_unique<State>(std::move(folder))) {}
RecordSpool::~RecordSpool() = default;

void RecordSpool::add(const Record& record, const Time& index) {
  State& s = *state_;
  const std::size_t begin = s.buffer.size();
  PersonHead person{};
  person.index_seconds = index.seconds;
  person.index_precision = index.precision;
  person.n_events = static_cast<std::uint32_t>(record.events.size());
  person.id_size = static_cast<std::uint32_t>(record.id.size());
  append_head(s.buffer, person);
  s.buffer.insert(s.buffer.end(), record.id.begin(), record.id.end());
  for (const Event& event : record.events) {
    EventHead head{};
    head.seconds = event.time.seconds;
    head.precision = event.time.precision;
    head.value = event.value;
    head.code = s.code_of(event);
    head.unit = s.unit_of(event);
    head.text_size = static_cast<std::uint32_t>(event.text.size());
    append_head(s.buffer, head);
    s.buffer.insert(s.buffer.end(), event.text.begin(), event.text.end());
  }
  person.size = s.buffer.size() - begin;
  std::memcpy(s.buffer.data() + begin, &person, sizeof person);
  if (s.buffer.size() >= kBuffer) {
    s.file.write(s.buffer.data(), s.buffer.size());
    s.buffer.clear();
  }
}

bool RecordSpool::next(Record& record, Time& index) {
  State& s = *state_;
  if (!s.reading) {
    s.reading = true;
    s.file.write(s.buffer.data(), s.buffer.size());
    s.buffer.clear();
  }
  if (!s.fill(sizeof(PersonHead))) return false;
  PersonHead person;
  std::memcpy(&person, s.buffer.data() + s.used, sizeof person);
  s.fill(person.size);
  const char* from = s.buffer.data() + s.used + sizeof person;
  s.used += person.size;
  record.clear();
  record.id.assign(from, person.id_size);
  from += person.id_size;
  index = {person.index_seconds, person.index_precision};
  record.events.reserve(person.n_events);
  for (std::uint32_t i = 0; i < person.n_events; ++i) {
    EventHead head;
    std::memcpy(&head, from, sizeof head);
    from += sizeof head;
    record.events.push_back({{head.seconds, head.precision},
                             s.texts.text(head.code),
                             head.value,
                             {from, head.text_size},
                             s.texts.text(head.unit),
                             head.code});
    from += head.text_size;
  }
  return true;
}

}  // namespace gcrisk::clinical
