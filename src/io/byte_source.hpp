// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gcrisk/base/hash.hpp"

namespace gcrisk::io {

// The bytes of a file as they lie on disk, hashed as they pass.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to `size` bytes; 0 at the end. ReadError.
  virtual std::size_t read(char* buffer, std::size_t size) = 0;
  virtual const std::string& name() const noexcept = 0;
  virtual std::uint64_t bytes_read() const noexcept = 0;
  // Reads what is left; the hash of everything.
  virtual std::string finish_hash() = 0;
};

std::unique_ptr<ByteSource> open_source(const std::string& path, base::Checksum checksum);
std::unique_ptr<ByteSource> memory_source(std::string name, std::string_view bytes);

}  // namespace gcrisk::io
