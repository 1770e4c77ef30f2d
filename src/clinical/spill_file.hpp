// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace gcrisk::clinical {

// A file that has no name: it is gone when the process is. WriteError where there is no room.
class SpillFile {
 public:
  explicit SpillFile(const std::filesystem::path& folder);
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  void write(const char* data, std::size_t size);
  void read(std::uint64_t offset, char* to, std::size_t size) const;
  std::uint64_t end() const { return end_; }

 private:
  [[noreturn]] void fail(const std::string& what) const;
  std::filesystem::path folder_;
  int descriptor_ = -1;
  std::uint64_t end_ = 0;
};

}  // namespace gcrisk::clinical
