// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "spill_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "gcrisk/base/error.hpp"

namespace gcrisk::clinical {

SpillFile::SpillFile(const std::filesystem::path& folder) : folder_(folder) {
  descriptor_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor_ < 0) {
    std::string name = (folder / ".gcrisk-events-XXXXXX").string();
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ >= 0) ::unlink(name.c_str());
  }
  if (descriptor_ < 0) fail("no temporary file can be made");
}

SpillFile::~SpillFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void SpillFile::write(const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t n = ::write(descriptor_, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("events cannot be put aside");
    data += n;
    size -= static_cast<std::size_t>(n);
    end_ += static_cast<std::uint64_t>(n);
  }
}

void SpillFile::read(std::uint64_t offset, char* to, std::size_t size) const {
  while (size > 0) {
    const ssize_t n = ::pread(descriptor_, to, size, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("events that were put aside cannot be read back");
    to += n;
    offset += static_cast<std::uint64_t>(n);
    size -= static_cast<std::size_t>(n);
  }
}

void SpillFile::fail(const std::string& what) const {
  throw base::WriteError(folder_.string() + ": " + what + ": " + std::strerror(errno),
                         "make room in the folder of --out");
}

}  // namespace gcrisk::clinical
