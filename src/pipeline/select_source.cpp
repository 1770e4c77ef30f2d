// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "select_source.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "gcrisk/base/error.hpp"

namespace gcrisk::pipeline {

std::uint64_t count_variants(const std::string& prefix) {
  io::Input input(prefix + ".bim");
  constexpr std::size_t kSize = std::size_t{1} << 16;
  const auto buffer = std::make_unique_for_overwrite<char[]>(kSize);
  std::uint64_t n = 0;
  char last = '\n';
  while (const std::size_t got = input.read(buffer.get(), kSize)) {
    n += static_cast<std::uint64_t>(std::count(buffer.get(), buffer.get() + got, '\n'));
    last = buffer[got - 1];
  }
  return n + (last == '\n' ? 0 : 1);
}

PlinkSource::PlinkSource(const std::string& prefix,
                         std::size_t n_samples,
                         std::uint64_t n_variants,
                         base::Checksum checksum)
    : prefix_(prefix),
      checksum_(checksum),
      bed_path_(prefix + ".bed"),
      n_samples_(n_samples),
      n_variants_(n_variants),
      bim_(prefix + ".bim"),
      bed_(bed_path_, n_samples, n_variants_, checksum) {}

PlinkSource::~PlinkSource() {
  if (file_ >= 0) ::close(file_);
}

bool PlinkSource::next(ScanBlock& block) {
  auto matrix = bed_.next();
  if (matrix == nullptr) return false;
  block.variants.resize(std::max(block.variants.size(), matrix->n_variants()));
  for (std::size_t j = 0; j < matrix->n_variants(); ++j) {
    if (!bim_.next(block.variants[j])) {
      throw base::MalformedError(bed_path_.substr(0, bed_path_.size() - 4) +
                                     ".bim:" + std::to_string(bim_.line_number()) +
                                     ": a blank line among the variants",
                                 "remove it: each line of a .bim is one variant of the .bed");
    }
  }
  block.genotypes = genotype::GenotypeView(std::move(matrix));
  return true;
}

void PlinkSource::read_row(std::uint64_t variant, std::vector<std::uint8_t>& row) {
  if (file_ < 0) file_ = ::open(bed_path_.c_str(), O_RDONLY | O_CLOEXEC);
  const std::size_t row_bytes = genotype::packed_bytes(n_samples_);
  row.resize(row_bytes);
  std::size_t done = 0;
  while (done < row_bytes) {
    const ssize_t got = ::pread(file_,
                                row.data() + done,
                                row_bytes - done,
                                static_cast<off_t>(3 + variant * row_bytes + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      throw base::ReadError(bed_path_ + ": cannot be read: " +
                            (got == 0 ? "it became shorter" : std::strerror(errno)));
    }
    done += static_cast<std::size_t>(got);
  }
}

void PlinkSource::add_inputs(Run& run) {
  run.add_input("genotypes", bed_path_, bed_.hash());
  run.add_input("variants",
                prefix_ + ".bim",
                checksum_ == base::Checksum::kXxh3 ? bim_.finish_hash() : std::string());
  run.add_input("samples", prefix_ + ".fam");
}

void DatasetSource::add_inputs(Run&) {}

DatasetSource::DatasetSource(genotype::GenotypeView genotypes, genotype::Variants variants)
    : genotypes_(std::move(genotypes)), variants_(std::move(variants)) {}

bool DatasetSource::next(ScanBlock& block) {
  if (at_ == variants_.size()) return false;
  const std::size_t end = std::min(variants_.size(), at_ + kBlock);
  std::vector<std::uint32_t> columns;
  block.variants.clear();
  for (std::size_t j = at_; j < end; ++j) {
    columns.push_back(static_cast<std::uint32_t>(j));
    block.variants.push_back(variants_[j]);
  }
  block.genotypes = genotypes_.with_variants(columns);
  at_ = end;
  return true;
}

void DatasetSource::read_row(std::uint64_t variant, std::vector<std::uint8_t>& row) {
  genotype::RowScratch scratch;
  const std::uint8_t* bytes = genotypes_.row(variant, scratch);
  row.assign(bytes, bytes + genotype::packed_bytes(genotypes_.n_samples()));
}

}  // namespace gcrisk::pipeline
