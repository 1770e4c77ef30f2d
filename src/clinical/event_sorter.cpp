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

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "spill_file.hpp"

namespace gcrisk::clinical {

namespace {

constexpr std::size_t kSmallestRun = std::size_t{1} << 20;
constexpr std::size_t kLargestRun = std::size_t{2} << 30;  // places in it are 32-bit numbers
constexpr std::size_t kWriteBuffer = std::size_t{1} << 20;

void append(PackedPerson& person, const char* event, std::size_t size) {
  person.starts.push_back(person.bytes.size());
  person.bytes.insert(person.bytes.end(), event, event + size);
}

// One ordered piece, read person by person.
class Piece {
 public:
  virtual ~Piece() = default;
  virtual const char* head() = 0;                  // the next event; null at the end
  virtual void take_person(PackedPerson& to) = 0;  // all of its person's events
};

class MemoryPiece : public Piece {
 public:
  // `order`: places of events, `ends`: for each person in order, how many events there are so far.
  MemoryPiece(const char* bytes,
              const std::vector<std::uint32_t>& order,
              const std::vector<std::uint32_t>& ends)
      : bytes_(bytes), order_(order), ends_(ends) {}
  const char* head() override { return person_ < ends_.size() ? bytes_ + order_[at_] : nullptr; }
  void take_person(PackedPerson& to) override {
    const std::size_t end = ends_[person_++];
    for (; at_ < end; ++at_) {
      // Events of one person lie anywhere in the piece.
      if (at_ + kAhead < order_.size()) {
        const char* const later = bytes_ + order_[at_ + kAhead];
        __builtin_prefetch(later);
        __builtin_prefetch(later + sizeof(PackedHead));
      }
      const char* const event = bytes_ + order_[at_];
      append(to, event, packed_size(event));
    }
  }

 private:
  static constexpr std::size_t kAhead = 24;
  const char* bytes_;
  const std::vector<std::uint32_t>& order_;
  const std::vector<std::uint32_t>& ends_;
  std::size_t at_ = 0;
  std::size_t person_ = 0;
};

class FilePiece : public Piece {
 public:
  FilePiece(const SpillFile& file, std::uint64_t begin, std::uint64_t end, std::size_t buffer)
      : file_(file), at_(begin), end_(end), buffer_(buffer) {}

  const char* head() override {
    if (filled_ - used_ < sizeof(std::uint32_t) && !fill(sizeof(std::uint32_t))) return nullptr;
    const std::size_t size = packed_size(buffer_.data() + used_);
    if (filled_ - used_ < size && !fill(size)) return nullptr;
    return buffer_.data() + used_;
  }
  void take_person(PackedPerson& to) override {
    for (const char* event = head(); event != nullptr && packed_subject(event) == to.id;
         event = head()) {
      const std::size_t size = packed_size(event);
      append(to, event, size);
      used_ += size;
    }
  }

 private:
  bool fill(std::size_t wanted) {
    std::memmove(buffer_.data(), buffer_.data() + used_, filled_ - used_);
    filled_ -= used_;
    used_ = 0;
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    const auto n =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size() - filled_, end_ - at_));
    file_.read(at_, buffer_.data() + filled_, n);
    at_ += n;
    filled_ += n;
    return filled_ >= wanted;
  }

  const SpillFile& file_;
  std::uint64_t at_;
  std::uint64_t end_;
  std::vector<char> buffer_;
  std::size_t used_ = 0;
  std::size_t filled_ = 0;
};

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
    const bool same = !subject_of.empty() && people.text(subject_of.back()) == subject;
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
    for (const std::size_t start : order) {
      const char* event = bytes.get() + start;
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
    for (std::size_t i = 0; i < n; ++i) {
      state_->put(group[i].event, packed_size(group[i].event), group[i].hash);
    }
  }
}

bool EventSorter::next(PackedPerson& person) {
  State& s = *state_;
  if (!s.merging) s.begin_merge();
  person.bytes.clear();
  person.starts.clear();
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
  return true;
}

void EventSorter::rewind() {
  state_->heads.reset();
  state_->pieces.clear();
  state_->merging = false;
}

std::uint64_t EventSorter::n_events() const noexcept { return state_->n_events; }
std::uint64_t EventSorter::n_cut() const noexcept { return state_->n_cut; }
std::uint64_t EventSorter::bytes_spilled() const noexcept { return state_->bounds.back(); }

}  // namespace gcrisk::clinical
