// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/plink.hpp"

namespace gcrisk::io {

MappedFile::MappedFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (file < 0 || ::fstat(file, &status) != 0) {
    const int reason = errno;
    if (file >= 0) ::close(file);
    throw base::ReadError(path + ": cannot be opened: " + std::strerror(reason));
  }
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ > 0) {
    void* memory = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) {
      const int reason = errno;
      ::close(file);
      throw base::ReadError(path + ": cannot be mapped into memory: " + std::strerror(reason));
    }
    data_ = static_cast<const std::uint8_t*>(memory);
  }
  ::close(file);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::uint8_t*>(data_), size_);  // NOLINT
}

void check_bed(const std::string& path,
               const std::uint8_t* head,
               std::uint64_t file_size,
               std::size_t n_samples,
               std::size_t n_variants) {
  if (file_size < 3 || head[0] != kBedMagic[0] || head[1] != kBedMagic[1]) {
    throw base::MalformedError(path + ": does not begin like a PLINK 1 .bed (6c 1b)",
                               "is it another format? VCF and BCF: gcrisk ingest vcf");
  }
  if (head[2] != kBedMagic[2]) {
    throw base::MalformedError(path + ": is sample-major, expected variant-major",
                               "convert it: plink1.9 --bfile … --make-bed");
  }
  const std::uint64_t expected = 3 + n_variants * genotype::packed_bytes(n_samples);
  if (file_size != expected) {
    throw base::MalformedError(path + ": " + base::format_count(file_size) + " bytes, expected " +
                                   base::format_count(expected) + " for " +
                                   base::format_count(n_samples) + " samples (.fam) and " +
                                   base::format_count(n_variants) + " variants (.bim)",
                               "are the three files of one set?");
  }
}

}  // namespace gcrisk::io
