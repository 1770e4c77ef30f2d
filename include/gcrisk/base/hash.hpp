// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace gcrisk::base {

enum class Checksum { kXxh3, kSha256 };

// A content hash that is fed while a file is read. XXH3-128 by default (at reading speed, not
// cryptographic); SHA-256 where somebody must be convinced.
class Hasher {
 public:
  explicit Hasher(Checksum kind = Checksum::kXxh3);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void update(const void* data, std::size_t size);
  std::string hex() const;  // lower case

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Hash of a whole file's bytes. ReadError if it cannot be read.
std::string hash_file(const std::filesystem::path& path, Checksum kind = Checksum::kXxh3);

}  // namespace gcrisk::base
