// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/event_sorter.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <queue>
#include <unordered_map>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::clinical {

namespace {

constexpr std::size_t kSmallestRun = std::size_t{1} << 20;
constexpr std::size_t kWriteBuffer = std::size_t{1} << 20;

// A file that has no name: it is gone when the process is.
class SpillFile {
 public:
  explicit SpillFile(const std::filesystem::path& folder) : folder_(folder) {
    descriptor_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor_ < 0) {
      std::string name = (folder / ".gcrisk-events-XXXXXX").string();
      descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
      if (descriptor_ >= 0) ::unlink(name.c_str());
    }
    if (descriptor_ < 0) fail("no temporary file can be made");
  }
  ~SpillFile() { ::close(descriptor_); }
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  void write(const char* data, std::size_t size) {
    while (size > 0) {
      const ssize_t n = ::write(descriptor_, data, size);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) fail("events cannot be put aside");
      data += n;
      size -= static_cast<std::size_t>(n);
      end_ += static_cast<std::uint64_t>(n);
    }
  }
  void read(std::uint64_t offset, char* to, std::size_t size) const {
    while (size > 0) {
      const ssize_t n = ::pread(descriptor_, to, size, static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) fail("events that were put aside cannot be read back");
      to += n;
      offset += static_cast<std::uint64_t>(n);
      size -= static_cast<std::size_t>(n);
    }
  }
  std::uint64_t end() const { return end_; }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw base::WriteError(folder_.string() + ": " + what + ": " + std::strerror(errno),
                           "make room in the folder of --out");
  }
  std::filesystem::path folder_;
  int descriptor_ = -1;
  std::uint64_t end_ = 0;
};

// One ordered piece, read event by event.
class Piece {
 public:
  virtual ~Piece() = default;
  virtual const char* head() = 0;  // null at the end
  virtual void pop() = 0;
};

class MemoryPiece : public Piece {
 public:
  MemoryPiece(const char* bytes, const std::vector<std::size_t>& order)
      : bytes_(bytes), order_(order) {}
  const char* head() override { return at_ < order_.size() ? bytes_ + order_[at_] : nullptr; }
  void pop() override { ++at_; }

 private:
  const char* bytes_;
  const std::vector<std::size_t>& order_;
  std::size_t at_ = 0;
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
  void pop() override { used_ += packed_size(buffer_.data() + used_); }

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
  std::unique_ptr<char[]> bytes;  // the piece being collected
  std::size_t used = 0;
  std::vector<std::size_t> starts;
  std::vector<std::uint32_t> subject_of;  // of each start
  std::unordered_map<std::string_view, std::uint32_t> subjects;
  std::vector<std::string_view> names;
  std::size_t names_bytes = 0;  // what the table of names costs, by estimate

  std::unique_ptr<SpillFile> file;
  std::vector<std::uint64_t> bounds = {0};
  std::uint64_t n_events = 0;

  std::vector<std::size_t> order;
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

  std::size_t cost_of_event() const { return sizeof(std::size_t) * 2 + sizeof(std::uint32_t); }
  bool full(std::size_t more) const {
    return used + more + (starts.size() + 1) * cost_of_event() + names_bytes > capacity;
  }

  void put(const char* event, std::size_t size) {
    if (full(size) && !starts.empty()) spill();
    if (!bytes || size > capacity) {
      capacity = std::max(capacity, 2 * size);
      bytes.reset(new char[capacity]);  // touched only as far as it is used
    }
    std::memcpy(bytes.get() + used, event, size);
    const std::string_view subject = packed_subject(bytes.get() + used);
    // Events mostly come in the order of people.
    std::uint32_t number = 0;
    if (!subject_of.empty() && names[subject_of.back()] == subject) {
      number = subject_of.back();
    } else {
      const auto [at, is_new] =
          subjects.try_emplace(subject, static_cast<std::uint32_t>(names.size()));
      if (is_new) {
        names.push_back(subject);
        names_bytes += 80;
      }
      number = at->second;
    }
    starts.push_back(used);
    subject_of.push_back(number);
    used += size;
    ++n_events;
  }

  // The events of the piece in the order of people: a counting sort by the rank of the name.
  void make_order() {
    std::vector<std::uint32_t> by_name(names.size());
    std::iota(by_name.begin(), by_name.end(), 0);
    std::sort(by_name.begin(), by_name.end(), [&](auto a, auto b) { return names[a] < names[b]; });
    std::vector<std::uint32_t> rank(names.size());
    for (std::size_t r = 0; r < by_name.size(); ++r) rank[by_name[r]] = static_cast<uint32_t>(r);
    std::vector<std::size_t> place(names.size() + 1);
    for (const auto s : subject_of) ++place[rank[s] + 1];
    std::partial_sum(place.begin(), place.end(), place.begin());
    order.resize(starts.size());
    for (std::size_t i = 0; i < starts.size(); ++i) order[place[rank[subject_of[i]]]++] = starts[i];
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
    names_bytes = 0;
    starts.clear();
    subject_of.clear();
    subjects.clear();
    names.clear();
    order.clear();
  }

  void begin_merge() {
    merging = true;
    const std::size_t n_pieces = bounds.size() - 1;
    if (n_pieces > 0 && !starts.empty()) spill();
    if (n_pieces == 0) {
      make_order();
      pieces.push_back(std::make_unique<MemoryPiece>(bytes.get(), order));
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
  state_->capacity = std::max(memory_bytes, kSmallestRun);
}

EventSorter::~EventSorter() = default;

void EventSorter::add(const EventBlock& block) {
  const char* at = block.bytes().data();
  const char* const end = at + block.bytes().size();
  while (at < end) {
    const std::size_t size = packed_size(at);
    state_->put(at, size);
    at += size;
  }
}

bool EventSorter::next(PackedPerson& person) {
  State& s = *state_;
  if (!s.merging) s.begin_merge();
  person.bytes.clear();
  person.starts.clear();
  if (s.heads->empty()) return false;
  person.id = packed_subject(s.pieces[s.heads->top()]->head());
  while (!s.heads->empty()) {
    const std::size_t i = s.heads->top();
    Piece& piece = *s.pieces[i];
    if (packed_subject(piece.head()) != person.id) break;
    s.heads->pop();
    const char* event = piece.head();
    while (event != nullptr && packed_subject(event) == person.id) {
      person.starts.push_back(person.bytes.size());
      person.bytes.insert(person.bytes.end(), event, event + packed_size(event));
      piece.pop();
      event = piece.head();
    }
    if (event != nullptr) s.heads->push(i);
  }
  return true;
}

void EventSorter::rewind() {
  state_->heads.reset();
  state_->pieces.clear();
  state_->merging = false;
}

std::uint64_t EventSorter::n_events() const noexcept { return state_->n_events; }
std::uint64_t EventSorter::bytes_spilled() const noexcept { return state_->bounds.back(); }

}  // namespace gcrisk::clinical
