// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>

#include "gcrisk/base/error.hpp"
#include "gcrisk/io/plink.hpp"
#include "mapped_file.hpp"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22  // Linux 5.14; older headers lack the name
#endif

namespace gcrisk::io {

namespace {
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
}

// The file is mapped, not copied. Pages are asked for a block at a time, so that they come in one
// sequential read and not one by one, and are given back behind the scan: the program's memory
// holds three blocks, however long the file is.
struct BedStream::State {
  std::string path;
  std::shared_ptr<MappedFile> file;
  std::size_t n_samples = 0;
  std::size_t n_variants = 0;
  std::size_t row_bytes = 0;
  std::size_t block = 1;
  std::size_t next_variant = 0;
  std::size_t given_back = 0;  // bytes of the file, whole pages
  base::Hasher hasher;
  const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));

  explicit State(base::Checksum checksum) : hasher(checksum) {}

  std::size_t offset_of(std::size_t variant) const { return 3 + variant * row_bytes; }

  int advise(std::size_t begin, std::size_t end, int what) const {
    const std::size_t first = begin / page * page;
    return ::madvise(const_cast<std::uint8_t*>(file->data()) + first, end - first, what);  // NOLINT
  }

  void fetch(std::size_t begin, std::size_t end) const {
    // EINVAL: a kernel that does not know it; pages then come as they are touched.
    if (advise(begin, end, MADV_POPULATE_READ) != 0 && errno != EINVAL && errno != EINTR) {
      throw base::ReadError(path + ": cannot be read: " +
                            (errno == EFAULT ? "it became shorter" : std::strerror(errno)));
    }
  }

  std::shared_ptr<const genotype::PackedMatrix> load() {
    const std::size_t n = std::min(block, n_variants - next_variant);
    const std::size_t begin = offset_of(next_variant);
    const std::size_t end = offset_of(next_variant + n);
    fetch(begin, end);
    const std::uint8_t* rows = file->data() + begin;
    hasher.update(rows, end - begin);
    if (next_variant >= 2 * block) {
      const std::size_t until = offset_of(next_variant - 2 * block) / page * page;
      if (until > given_back) advise(given_back, until, MADV_DONTNEED);
      given_back = std::max(given_back, until);
    }
    next_variant += n;
    return std::make_shared<const genotype::PackedMatrix>(
        std::shared_ptr<const std::uint8_t[]>(file, rows), n_samples, n);
  }
};

BedStream::BedStream(const std::filesystem::path& bed,
                     std::size_t n_samples,
                     std::size_t n_variants,
                     base::Checksum checksum)
    : state_(std::make_unique<State>(checksum)) {
  State& s = *state_;
  s.path = bed.string();
  s.n_samples = n_samples;
  s.n_variants = n_variants;
  s.row_bytes = genotype::packed_bytes(n_samples);
  s.file = std::make_shared<MappedFile>(s.path);
  check_bed(s.path, s.file->data(), s.file->size(), n_samples, n_variants);
  s.hasher.update(s.file->data(), 3);
  s.block = std::clamp<std::size_t>(
      kBlockBytes / std::max<std::size_t>(1, s.row_bytes), 1, std::max<std::size_t>(1, n_variants));
}

BedStream::~BedStream() = default;

std::shared_ptr<const genotype::PackedMatrix> BedStream::next() {
  return state_->next_variant < state_->n_variants ? state_->load() : nullptr;
}

std::string BedStream::hash() const {
  assert(state_->next_variant >= state_->n_variants);
  return state_->hasher.hex();
}

std::size_t BedStream::block_variants() const noexcept { return state_->block; }

}  // namespace gcrisk::io
