// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "gcrisk/base/error.hpp"
#include "gcrisk/recommend/sites.hpp"

namespace gcrisk::recommend {

namespace {

int temporary_file() {
  const std::filesystem::path folder = std::filesystem::temp_directory_path();
  const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) return file;
  // A file system without unnamed files: a name that goes at once.
  std::string name = (folder / "gcrisk-XXXXXX").string();
  const int named = ::mkstemp(name.data());
  if (named < 0) {
    throw base::WriteError(
        folder.string() + ": no temporary file can be made: " + std::strerror(errno),
        "set TMPDIR to a folder with room");
  }
  ::unlink(name.c_str());
  return named;
}

}  // namespace

SiteMatrix::SiteMatrix(std::size_t n_sites, std::size_t n_people, std::size_t most_in_memory)
    : n_people_(n_people), filled_(n_sites, 0) {
  if (n_sites * n_people <= most_in_memory) {
    memory_.resize(n_sites * n_people, 0);
  } else {
    file_ = temporary_file();
  }
}

SiteMatrix::~SiteMatrix() {
  if (file_ >= 0) ::close(file_);
}

void SiteMatrix::write(std::size_t site, std::span<const std::uint16_t> codes) {
  filled_[site] = 1;
  if (file_ < 0) {
    std::copy(codes.begin(),
              codes.end(),
              memory_.begin() + static_cast<std::ptrdiff_t>(site * n_people_));
    return;
  }
  const auto* bytes = reinterpret_cast<const char*>(codes.data());
  std::size_t left = codes.size_bytes();
  auto at = static_cast<off_t>(site * n_people_ * sizeof(std::uint16_t));
  while (left > 0) {
    const ssize_t n = ::pwrite(file_, bytes, left, at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      throw base::WriteError(
          "the temporary file of genotypes cannot be written: " + std::string(std::strerror(errno)),
          "set TMPDIR to a folder with room");
    }
    bytes += n;
    left -= static_cast<std::size_t>(n);
    at += n;
  }
}

void SiteMatrix::read(std::size_t site, std::size_t first, std::span<std::uint16_t> codes) const {
  if (filled_[site] == 0) {
    std::fill(codes.begin(), codes.end(), std::uint16_t{0});
    return;
  }
  if (file_ < 0) {
    std::copy_n(memory_.begin() + static_cast<std::ptrdiff_t>(site * n_people_ + first),
                codes.size(),
                codes.begin());
    return;
  }
  auto* bytes = reinterpret_cast<char*>(codes.data());
  std::size_t left = codes.size_bytes();
  auto at = static_cast<off_t>((site * n_people_ + first) * sizeof(std::uint16_t));
  while (left > 0) {
    const ssize_t n = ::pread(file_, bytes, left, at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      throw base::ReadError("the temporary file of genotypes cannot be read: " +
                            std::string(n == 0 ? "it is too short" : std::strerror(errno)));
    }
    bytes += n;
    left -= static_cast<std::size_t>(n);
    at += n;
  }
}

}  // namespace gcrisk::recommend
