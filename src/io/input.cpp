// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/input.hpp"

#include <algorithm>
#include <cstring>

#include "byte_source.hpp"
#include "decompress.hpp"
#include "gcrisk/base/error.hpp"

namespace gcrisk::io {

namespace {
constexpr std::size_t kLineBuffer = std::size_t{1} << 18;
}

struct Input::State {
  std::unique_ptr<ByteSource> source;
  std::unique_ptr<Decompressor> decompressor;
  std::unique_ptr<char[]> buffer;  // decompressed bytes not yet given out: [begin, end)
  std::size_t capacity = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  bool at_end = false;
  std::uint64_t line = 0;

  explicit State(std::unique_ptr<ByteSource> bytes)
      : source(std::move(bytes)), decompressor(make_decompressor(*source)) {}

  // Makes room and reads more; false when there is no more.
  bool fill() {
    if (at_end) return false;
    if (begin > 0) {
      std::memmove(buffer.get(), buffer.get() + begin, end - begin);
      end -= begin;
      begin = 0;
    }
    if (capacity - end < kLineBuffer / 2) {
      capacity = std::max(kLineBuffer, 2 * capacity);
      // Not cleared: a small file touches few of its pages.
      auto larger = std::make_unique_for_overwrite<char[]>(capacity);
      std::copy_n(buffer.get(), end, larger.get());
      buffer = std::move(larger);
    }
    const std::size_t n = decompressor->read(buffer.get() + end, capacity - end);
    at_end = n == 0;
    end += n;
    return !at_end;
  }
};

Input::Input(const std::string& path, base::Checksum checksum)
    : state_(std::make_unique<State>(open_source(path, checksum))) {}

Input::Input(std::unique_ptr<State> state) : state_(std::move(state)) {}

Input Input::from_memory(std::string name, std::string_view bytes) {
  return Input(std::make_unique<State>(memory_source(std::move(name), bytes)));
}

Input::~Input() = default;
Input::Input(Input&&) noexcept = default;
Input& Input::operator=(Input&&) noexcept = default;

std::size_t Input::read(char* buffer, std::size_t size) {
  if (state_->begin < state_->end) {
    const std::size_t n = std::min(size, state_->end - state_->begin);
    std::memcpy(buffer, state_->buffer.get() + state_->begin, n);
    state_->begin += n;
    return n;
  }
  if (state_->at_end) return 0;
  const std::size_t n = state_->decompressor->read(buffer, size);
  state_->at_end = n == 0 && size > 0;
  return n;
}

bool Input::next_line(std::string_view& line) {
  State& s = *state_;
  std::size_t searched = 0;
  while (true) {
    const char* from = s.buffer.get() + s.begin;
    const std::size_t available = s.end - s.begin;
    const void* found =
        available > searched ? std::memchr(from + searched, '\n', available - searched) : nullptr;
    if (found != nullptr) {
      const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - from);
      line = {from, length};
      s.begin += length + 1;
      break;
    }
    searched = available;
    if (!s.fill()) {
      if (s.begin == s.end) return false;
      line = {s.buffer.get() + s.begin, s.end - s.begin};
      s.begin = s.end;
      break;
    }
  }
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  ++s.line;
  return true;
}

std::uint64_t Input::line_number() const noexcept { return state_->line; }
const std::string& Input::path() const noexcept { return state_->source->name(); }
std::string Input::place() const { return path() + ":" + std::to_string(state_->line); }

std::string Input::finish_hash() { return state_->source->finish_hash(); }
std::uint64_t Input::bytes_on_disk() const noexcept { return state_->source->bytes_read(); }

}  // namespace gcrisk::io
