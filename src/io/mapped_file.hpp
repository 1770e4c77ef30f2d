// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace gcrisk::io {

// A file mapped into memory for reading. ReadError if it cannot be.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  const std::uint8_t* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

// Whether the head (at least 3 bytes of it) and the size of a .bed fit its two companions.
// MalformedError with the three numbers otherwise.
void check_bed(const std::string& path,
               const std::uint8_t* head,
               std::uint64_t file_size,
               std::size_t n_samples,
               std::size_t n_variants);

}  // namespace gcrisk::io
