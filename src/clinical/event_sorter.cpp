// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/event_sorter.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <queue>

#include "event_pieces.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "spill_file.hpp"

namespace gcrisk::clinical {

namespace {

constexpr std::size_t kSmallestRun = std::size_t{1} << 20;
constexpr std::size_t kLargestRun = std::size_t{2} << 30;  // places in it are 32-bit numbers
constexpr std::size_t kWriteBuffer = std::size_t{1} << 20;

}  // namespace

struct EventSorter::State {
  std::filesystem::path folder;
  std::size_t capacity;
  struct Free {
    void operator()(char* p) const { std::free(p); }
  };
  std::unique_ptr<char, Free> bytes;  // the piece being collected
  std::size_t used = 0;
  std::vector<std::uint32_t> starts;
  std::vector<std::uint32_t> subject_of;  // of each start
  TextTable people;                       // of the piece
  std::uint64_t last_hash = 0;            // of the event before
  TextTable texts;                        // of the whole sorter
  std::vector<std::uint32_t> numbers;     // from the table of a block to `texts`
  std::uint64_t n_cut = 0;

  std::unique_ptr<SpillFile> file;
  std::vector<std::uint64_t> bounds = {0};
  std::uint64_t n_events = 0;

  std::vector<std::uint32_t> order;
  std::vector<std::uint32_t> ends;  // of the people in it
  std::vector<std::unique_ptr<Piece>> pieces;
  bool merging = false;
  struct Later {
    const State* state;
    bool operator()(std::size_t a, std::size_t b) const {
      const auto left = packed_subject(state->pieces[a]->head());
      const auto right = packed_subject(state->pieces[b]->head());
      const int order = left.compare(right);
      return order != 0 ? order > 0 : a > b;
    }
  };
  std::unique_ptr<std::priority_queue<std::size_t, std::vector<std::size_t>, Later>> heads;

  // Beside the packed event itself: start, subject and place in the order.
  static constexpr std::size_t kCostOfEvent = 3 * sizeof(std::uint32_t);
  // A name of some length with its slots, and its part in the vectors of make_order.
  static constexpr std::size_t kCostOfName = 128;
  bool full(std::size_t more) const {
    return used + more + (starts.size() + 1) * kCostOfEvent + people.size() * kCostOfName >
           capacity;
  }

  // Places in the buffer are looked at in any order: with large pages the processor finds them
  // faster. What is not used of it is never touched.
  void make_buffer() {
    constexpr std::size_t kLargePage = std::size_t{2} << 20;
    const std::size_t size = (capacity + kLargePage - 1) / kLargePage * kLargePage;
    bytes.reset(static_cast<char*>(std::aligned_alloc(kLargePage, size)));
    if (!bytes) {
      throw base::MemoryError("no memory for " + base::format_bytes(size) + " of events");
    }
    ::madvise(bytes.get(), size, MADV_HUGEPAGE);
  }

  void put(const char* event, std::size_t size, std::uint64_t hash) {
    if (full(size) && !starts.empty()) spill();
    if (!bytes || size > capacity) {
      capacity = std::max(capacity, 2 * size);
      make_buffer();
    }
    char* const to = bytes.get() + used;
    std::memcpy(to, event, size);
    renumber_event(to, numbers.data());
    if (packed_was_cut(to)) ++n_cut;
    const std::string_view subject = packed_subject(to);
    // Events mostly come in the order of people.
    const bool same =
        !subject_of.empty() && hash == last_hash && people.text(subject_of.back()) == subject;
    last_hash = hash;
    const std::uint32_t number = same ? subject_of.back() : people.number_of(subject, hash);
    starts.push_back(static_cast<std::uint32_t>(used));
    subject_of.push_back(number);
    used += size;
    ++n_events;
  }

  // The events of the piece in the order of people: a counting sort by the rank of the name.
  void make_order() {
    std::vector<std::uint32_t> by_name(people.size());
    std::iota(by_name.begin(), by_name.end(), 0);
    std::sort(by_name.begin(), by_name.end(), [&](auto a, auto b) {
      return people.text(a) < people.text(b);
    });
    std::vector<std::uint32_t> count(people.size());
    for (const auto s : subject_of) ++count[s];
    std::vector<std::uint32_t> place(people.size());
    std::uint32_t n = 0;
    ends.clear();
    for (const auto s : by_name) {
      place[s] = n;
      n += count[s];
      if (count[s] > 0) ends.push_back(n);
    }
    order.resize(starts.size());
    for (std::size_t i = 0; i < starts.size(); ++i) order[place[subject_of[i]]++] = starts[i];
  }

  void spill() {
    make_order();
    if (!file) file = std::make_unique<SpillFile>(folder);
    std::vector<char> buffer;
    buffer.reserve(kWriteBuffer);
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i + kFetchAhead < order.size()) fetch_event(bytes.get() + order[i + kFetchAhead]);
      const char* event = bytes.get() + order[i];
      const std::size_t size = packed_size(event);
      if (buffer.size() + size > kWriteBuffer) {
        file->write(buffer.data(), buffer.size());
        buffer.clear();
      }
      buffer.insert(buffer.end(), event, event + size);
    }
    file->write(buffer.data(), buffer.size());
    bounds.push_back(file->end());
    forget();
  }

  void forget() {
    used = 0;
    starts.clear();
    subject_of.clear();
    people.clear();
    order.clear();
  }

  void begin_merge() {
    merging = true;
    const std::size_t n_pieces = bounds.size() - 1;
    if (n_pieces > 0 && !starts.empty()) spill();
    if (n_pieces == 0) {
      make_order();
      pieces.push_back(std::make_unique<MemoryPiece>(bytes.get(), order, ends));
    } else {
      bytes.reset();
      const std::size_t buffer =
          std::clamp(capacity / bounds.size(), std::size_t{1} << 16, std::size_t{1} << 20);
      for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
        pieces.push_back(std::make_unique<FilePiece>(*file, bounds[i], bounds[i + 1], buffer));
      }
    }
    heads = std::make_unique<std::priority_queue<std::size_t, std::vector<std::size_t>, Later>>(
        Later{this});
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (pieces[i]->head() != nullptr) heads->push(i);
    }
  }
};

EventSorter::EventSorter(std::filesystem::path folder, std::size_t memory_bytes)
    : state_(std::make_unique<State>()) {
  state_->folder = folder.empty() ? std::filesystem::path(".") : std::move(folder);
  state_->capacity = std::clamp(memory_bytes, kSmallestRun, kLargestRun);
}

EventSorter::~EventSorter() = default;

void EventSorter::add(const EventBlock& block) {
  const TextTable& theirs = block.texts();
  state_->numbers.resize(theirs.size());
  for (std::uint32_t i = 0; i < theirs.size(); ++i) {
    state_->numbers[i] = state_->texts.number_of(theirs.text(i));
  }
  // People are looked up in groups, so that the table is fetched for all of a group at once.
  constexpr std::size_t kGroup = 32;
  struct Waiting {
    const char* event;
    std::uint64_t hash;
  };
  std::array<Waiting, kGroup> group;
  const char* at = block.bytes().data();
  const char* const end = at + block.bytes().size();
  while (at < end) {
    std::size_t n = 0;
    for (; n < kGroup && at < end; at += packed_size(at)) {
      group[n] = {at, TextTable::hash_of(packed_subject(at))};
      state_->people.prefetch(group[n++].hash);
    }
    for (std::size_t i = 0; i < n; ++i) state_->people.prefetch_text(group[i].hash);
    for (std::size_t i = 0; i < n; ++i) {
      state_->put(group[i].event, packed_size(group[i].event), group[i].hash);
    }
  }
}

bool EventSorter::next(PackedPerson& person) {
  State& s = *state_;
  if (!s.merging) s.begin_merge();
  person.events.clear();
  person.bytes.clear();
  person.texts = &s.texts;
  if (s.heads->empty()) return false;
  person.id = packed_subject(s.pieces[s.heads->top()]->head());
  while (!s.heads->empty()) {
    const std::size_t i = s.heads->top();
    Piece& piece = *s.pieces[i];
    if (packed_subject(piece.head()) != person.id) break;
    s.heads->pop();
    piece.take_person(person);
    if (piece.head() != nullptr) s.heads->push(i);
  }
  const char* const end = person.bytes.data() + person.bytes.size();
  for (const char* at = person.bytes.data(); at < end; at += packed_size(at)) {
    person.events.push_back(at);
  }
  return true;
}

void EventSorter::rewind() {
  state_->heads.reset();
  state_->pieces.clear();
  state_->merging = false;
}

const std::filesystem::path& EventSorter::folder() const noexcept { return state_->folder; }
std::uint64_t EventSorter::n_events() const noexcept { return state_->n_events; }
std::uint64_t EventSorter::n_cut() const noexcept { return state_->n_cut; }
std::uint64_t EventSorter::bytes_spilled() const noexcept { return state_->bounds.back(); }

}  // namespace gcrisk::clinical
