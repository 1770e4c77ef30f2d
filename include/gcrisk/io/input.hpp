// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gcrisk/base/hash.hpp"

namespace gcrisk::io {

// A byte stream for reading: plain, gzip, BGZF or zstd, told by content and not by name; "-" is
// standard input. Hashes the file's bytes (as they lie on disk) while they are read.
// Errors: ReadError (cannot be opened or read), MalformedError (compressed data broken or cut
// short, with the file's name).
class Input {
 public:
  explicit Input(const std::string& path, base::Checksum checksum = base::Checksum::kXxh3);
  // The same over bytes in memory, which must outlive the object; `name` stands in messages.
  static Input from_memory(std::string name, std::string_view bytes);
  ~Input();
  Input(Input&&) noexcept;
  Input& operator=(Input&&) noexcept;

  // Up to `size` decompressed bytes; 0 at the end.
  std::size_t read(char* buffer, std::size_t size);
  // The next line without its end (LF or CRLF), valid until the next call; false at the end.
  bool next_line(std::string_view& line);
  std::uint64_t line_number() const noexcept;  // of the line last returned, from 1

  const std::string& path() const noexcept;
  // "path:line", for messages.
  std::string place() const;

  // Reads what is left so that the hash covers the whole file.
  std::string finish_hash();
  std::uint64_t bytes_on_disk() const noexcept;  // read so far, compressed

 private:
  struct State;
  explicit Input(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gcrisk::io
