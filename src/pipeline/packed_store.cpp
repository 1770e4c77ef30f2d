// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "packed_store.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "gcrisk/base/error.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 20;

[[noreturn]] void cannot(const std::string& folder, const char* what) {
  throw base::WriteError(
      folder + ": " + what + " a file for the packed genotypes: " + std::strerror(errno),
      "give --out a folder with room, or raise --memory");
}

int nameless_file(const std::string& folder) {
  const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) return file;
  // Not every file system has files without names.
  std::string path = folder + "/.gcrisk-XXXXXX";
  const int named = ::mkostemp(path.data(), O_CLOEXEC);
  if (named < 0) cannot(folder, "cannot make");
  ::unlink(path.c_str());
  return named;
}

}  // namespace

PackedStore::PackedStore(std::size_t n_samples,
                         std::size_t n_variants,
                         const std::string& folder,
                         std::uint64_t memory_bytes)
    : n_samples_(n_samples),
      n_variants_(n_variants),
      n_bytes_(static_cast<std::uint64_t>(genotype::packed_bytes(n_samples)) * n_variants),
      folder_(folder.empty() ? "." : folder) {
  if (n_bytes_ > memory_bytes) file_ = nameless_file(folder_);
  bytes_.reserve(file_ < 0 ? n_bytes_ : kBuffer + genotype::packed_bytes(n_samples));
}

PackedStore::~PackedStore() {
  if (file_ >= 0) ::close(file_);
}

void PackedStore::flush() {
  for (std::size_t done = 0; done < bytes_.size();) {
    const ssize_t n = ::write(file_, bytes_.data() + done, bytes_.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) cannot(folder_, "cannot write");
    done += static_cast<std::size_t>(n);
  }
  bytes_.clear();
}

void PackedStore::add(const std::uint8_t* row) {
  bytes_.insert(bytes_.end(), row, row + genotype::packed_bytes(n_samples_));
  if (file_ >= 0 && bytes_.size() >= kBuffer) flush();
}

genotype::GenotypeView PackedStore::view() && {
  if (file_ < 0) {
    assert(bytes_.size() == n_bytes_);
    return genotype::GenotypeView(
        genotype::PackedMatrix::own(std::move(bytes_), n_samples_, n_variants_));
  }
  flush();
  const auto size = static_cast<std::size_t>(n_bytes_);
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file_, 0);
  if (memory == MAP_FAILED) cannot(folder_, "cannot map");
  std::shared_ptr<const std::uint8_t[]> rows(
      static_cast<const std::uint8_t*>(memory), [size](const std::uint8_t* at) {
        ::munmap(const_cast<std::uint8_t*>(at), size);  // NOLINT
      });
  return genotype::GenotypeView(
      std::make_shared<genotype::PackedMatrix>(std::move(rows), n_samples_, n_variants_));
}

}  // namespace gcrisk::pipeline
