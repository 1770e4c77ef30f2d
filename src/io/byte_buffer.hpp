// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace gcrisk::io {

// Bytes of a piece of a file. Unlike a std::string it grows without being filled with zeros, keeps
// its room for the next piece, and has kPadding readable bytes behind its end, so that blocks of
// 64 bytes may be looked at anywhere in it (simdjson asks for the same).
class ByteBuffer {
 public:
  static constexpr std::size_t kPadding = 64;
  // Room that is kept between pieces; a huge piece gives back what it took.
  static constexpr std::size_t kKeptRoom = std::size_t{4} << 20;

  const char* data() const noexcept { return bytes_.get(); }
  char* data() noexcept { return bytes_.get(); }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  std::string_view view() const noexcept { return {bytes_.get(), size_}; }

  void clear() {
    size_ = 0;
    if (room_ > kKeptRoom) {
      bytes_.reset();
      room_ = 0;
    }
  }
  void assign(std::string_view text) {
    clear();
    append(text);
  }
  void append(std::string_view text) {
    char* const to = reserve(size_ + text.size()) + size_;
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    set_size(size_ + text.size());
  }
  // Room for `size` bytes and the padding; what is there stays.
  char* reserve(std::size_t size) {
    if (room_ < size + kPadding) {
      const std::size_t room = std::max(size + kPadding, room_ + room_ / 2);
      std::unique_ptr<char[]> larger(new char[room]);
      if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
      bytes_ = std::move(larger);
      room_ = room;
    }
    return bytes_.get();
  }
  // At most what was reserved; the padding behind it becomes zeros.
  void set_size(std::size_t size) {
    reserve(size);
    size_ = size;
    std::memset(bytes_.get() + size_, 0, kPadding);
  }
  void erase_front(std::size_t n) {
    std::memmove(bytes_.get(), bytes_.get() + n, size_ - n);
    set_size(size_ - n);
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

}  // namespace gcrisk::io
