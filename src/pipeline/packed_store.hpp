// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gcrisk/genotype/packed_matrix.hpp"

namespace gcrisk::pipeline {

// Packed genotypes that are written once from front to back and then read in any order: in memory,
// or, where they would exceed `memory_bytes`, in a file without a name in `folder`, whose pages
// the system takes back when memory is short. Nothing remains on the disk afterwards.
// WriteError with the folder where the file cannot be made or finds no room.
class PackedStore {
 public:
  PackedStore(std::size_t n_samples,
              std::size_t n_variants,
              const std::string& folder,
              std::uint64_t memory_bytes);
  ~PackedStore();
  PackedStore(const PackedStore&) = delete;
  PackedStore& operator=(const PackedStore&) = delete;

  std::uint64_t n_bytes() const noexcept { return n_bytes_; }
  bool on_disk() const noexcept { return file_ >= 0; }
  void add(const std::uint8_t* row);  // packed_bytes(n_samples)
  // All rows have to be there.
  genotype::GenotypeView view() &&;

 private:
  void flush();

  std::size_t n_samples_;
  std::size_t n_variants_;
  std::uint64_t n_bytes_;
  std::string folder_;
  int file_ = -1;
  std::vector<std::uint8_t> bytes_;  // all of them, or what is not yet in the file
};

}  // namespace gcrisk::pipeline
