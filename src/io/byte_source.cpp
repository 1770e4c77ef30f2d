// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "gcrisk/base/error.hpp"

namespace gcrisk::io {

namespace {

class FileSource final : public ByteSource {
 public:
  FileSource(const std::string& path, base::Checksum checksum)
      : name_(path == "-" ? "standard input" : path), hasher_(checksum) {
    if (path == "-") {
      file_ = STDIN_FILENO;
      return;
    }
    file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0) {
      const int reason = errno;
      throw base::ReadError(path + ": cannot be opened: " + std::strerror(reason),
                            reason == ENOENT ? "check the path" : "");
    }
    struct stat status {};
    if (::fstat(file_, &status) == 0 && S_ISDIR(status.st_mode)) {
      ::close(file_);
      throw base::ReadError(path + ": is a folder, expected a file");
    }
    ::posix_fadvise(file_, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  ~FileSource() override {
    if (file_ > STDIN_FILENO) ::close(file_);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  std::size_t read(char* buffer, std::size_t size) override {
    while (true) {
      const ssize_t n = ::read(file_, buffer, size);
      if (n >= 0) {
        hasher_.update(buffer, static_cast<std::size_t>(n));
        bytes_ += static_cast<std::uint64_t>(n);
        return static_cast<std::size_t>(n);
      }
      if (errno != EINTR) {
        throw base::ReadError(name_ + ": cannot be read: " + std::strerror(errno));
      }
    }
  }
  const std::string& name() const noexcept override { return name_; }
  std::uint64_t bytes_read() const noexcept override { return bytes_; }
  std::string finish_hash() override {
    std::vector<char> rest(std::size_t{1} << 18);
    while (read(rest.data(), rest.size()) > 0) {
    }
    return hasher_.hex();
  }

 private:
  std::string name_;
  int file_ = -1;
  base::Hasher hasher_;
  std::uint64_t bytes_ = 0;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string name, std::string_view bytes) : name_(std::move(name)), bytes_(bytes) {}

  std::size_t read(char* buffer, std::size_t size) override {
    const std::size_t n = std::min(size, bytes_.size() - at_);
    if (n > 0) std::memcpy(buffer, bytes_.data() + at_, n);
    at_ += n;
    return n;
  }
  const std::string& name() const noexcept override { return name_; }
  std::uint64_t bytes_read() const noexcept override { return at_; }
  std::string finish_hash() override {
    base::Hasher hasher;
    hasher.update(bytes_.data(), bytes_.size());
    at_ = bytes_.size();
    return hasher.hex();
  }

 private:
  std::string name_;
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> open_source(const std::string& path, base::Checksum checksum) {
  return std::make_unique<FileSource>(path, checksum);
}

std::unique_ptr<ByteSource> memory_source(std::string name, std::string_view bytes) {
  return std::make_unique<MemorySource>(std::move(name), bytes);
}

}  // namespace gcrisk::io
