// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>

#include "gcrisk/base/error.hpp"
#include "gcrisk/io/plink.hpp"
#include "mapped_file.hpp"

namespace gcrisk::io {

namespace {
constexpr std::size_t kBlockBytes = std::size_t{512} << 10;  // three of them stay in the cache
}

struct BedStream::State {
  std::string path;
  int file = -1;
  std::size_t n_samples = 0;
  std::size_t n_variants = 0;
  std::size_t row_bytes = 0;
  std::size_t block = 1;
  std::size_t next_variant = 0;
  std::array<std::shared_ptr<std::uint8_t[]>, 3> buffers;
  std::size_t turn = 0;
  base::Hasher hasher;

  explicit State(base::Checksum checksum) : hasher(checksum) {}
  ~State() {
    if (file >= 0) ::close(file);
  }

  std::shared_ptr<const genotype::PackedMatrix> load(std::size_t first,
                                                     const std::shared_ptr<std::uint8_t[]>& to) {
    const std::size_t n = std::min(block, n_variants - first);
    std::size_t done = 0;
    const std::size_t wanted = n * row_bytes;
    while (done < wanted) {
      const ssize_t got = ::pread(
          file, to.get() + done, wanted - done, static_cast<off_t>(3 + first * row_bytes + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        throw base::ReadError(
            path + ": cannot be read: " + (got == 0 ? "it became shorter" : std::strerror(errno)));
      }
      done += static_cast<std::size_t>(got);
    }
    hasher.update(to.get(), wanted);
    return std::make_shared<const genotype::PackedMatrix>(to, n_samples, n);
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
  s.file = ::open(s.path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (s.file < 0 || ::fstat(s.file, &status) != 0) {
    throw base::ReadError(s.path + ": cannot be opened: " + std::strerror(errno));
  }
  std::uint8_t head[3] = {};
  const ssize_t got = ::pread(s.file, head, sizeof head, 0);
  check_bed(s.path,
            head,
            got < 3 ? 0 : static_cast<std::uint64_t>(status.st_size),
            n_samples,
            n_variants);
  s.hasher.update(head, sizeof head);
  ::posix_fadvise(s.file, 0, 0, POSIX_FADV_SEQUENTIAL);
  s.block = std::clamp<std::size_t>(
      kBlockBytes / std::max<std::size_t>(1, s.row_bytes), 1, std::max<std::size_t>(1, n_variants));
  for (auto& buffer : s.buffers) {
    buffer.reset(new std::uint8_t[s.block * s.row_bytes]);  // never read before it is filled
  }
}

BedStream::~BedStream() = default;

std::shared_ptr<const genotype::PackedMatrix> BedStream::next() {
  State& s = *state_;
  if (s.next_variant >= s.n_variants) return nullptr;
  auto block = s.load(s.next_variant, s.buffers[s.turn]);
  s.turn = (s.turn + 1) % s.buffers.size();
  s.next_variant += s.block;
  return block;
}

std::string BedStream::hash() const {
  assert(state_->next_variant >= state_->n_variants);
  return state_->hasher.hex();
}

std::size_t BedStream::block_variants() const noexcept { return state_->block; }

}  // namespace gcrisk::io
