// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace gcrisk::genotype {

// The 2-bit codes of a PLINK 1 .bed file, four samples a byte, first sample in the lowest bits.
enum Code : std::uint8_t { kHomA1 = 0, kMissing = 1, kHet = 2, kHomA2 = 3 };

// Copies of A1 for each code; missing has none (-1).
inline constexpr int kA1Count[4] = {2, -1, 1, 0};

constexpr std::size_t packed_bytes(std::size_t n_samples) { return (n_samples + 3) / 4; }

// Variant-major 2-bit genotypes: a mapped .bed file or memory of our own. Immutable; sharing it
// between threads and views is free. Rows are `packed_bytes(n_samples)` apart, without padding;
// the unused bits of a row's last byte are undefined.
class PackedMatrix {
 public:
  PackedMatrix(std::shared_ptr<const std::uint8_t[]> bytes,
               std::size_t n_samples,
               std::size_t n_variants);
  // Takes over `bytes`, n_variants rows of packed_bytes(n_samples).
  static std::shared_ptr<const PackedMatrix> own(std::vector<std::uint8_t> bytes,
                                                 std::size_t n_samples,
                                                 std::size_t n_variants);

  std::size_t n_samples() const noexcept { return n_samples_; }
  std::size_t n_variants() const noexcept { return n_variants_; }
  std::size_t row_bytes() const noexcept { return packed_bytes(n_samples_); }
  const std::uint8_t* row(std::size_t variant) const noexcept {
    return bytes_.get() + variant * row_bytes();
  }

 private:
  std::shared_ptr<const std::uint8_t[]> bytes_;
  std::size_t n_samples_;
  std::size_t n_variants_;
};

// Reusable memory for a row that had to be gathered.
using RowScratch = std::vector<std::uint8_t>;

// Chosen variants × chosen samples of a matrix: what every kernel and model is given. Cheap to
// copy. Samples are a subset in the order of the file; variants may be in any order.
class GenotypeView {
 public:
  GenotypeView() = default;
  explicit GenotypeView(std::shared_ptr<const PackedMatrix> matrix);

  std::size_t n_samples() const noexcept { return n_samples_; }
  std::size_t n_variants() const noexcept { return n_variants_; }
  bool empty() const noexcept { return n_variants_ == 0; }

  // Rows and columns of this view; `samples` strictly ascending.
  GenotypeView with_samples(std::span<const std::uint32_t> samples) const;
  GenotypeView with_variants(std::span<const std::uint32_t> variants) const;

  // The packed codes of one variant for the view's samples: packed_bytes(n_samples()) bytes,
  // unused bits of the last byte undefined. Points into the matrix where all samples are
  // chosen, else into `scratch` (about 1 µs per 20,000 samples).
  const std::uint8_t* row(std::size_t variant, RowScratch& scratch) const;

  Code code(std::size_t variant, std::size_t sample) const;

  // The same genotypes as a matrix of their own, so that `row` never gathers again. Returns
  // itself where there is nothing to gain. Cost: n_samples × n_variants / 4 bytes.
  GenotypeView compact() const;

 private:
  std::shared_ptr<const PackedMatrix> matrix_;
  std::shared_ptr<const std::vector<std::uint32_t>> variants_;  // null: all
  std::shared_ptr<const std::vector<std::uint32_t>> samples_;   // null: all
  std::shared_ptr<const std::vector<std::uint64_t>> chosen_;    // 2 bits a sample of the matrix
  std::size_t n_samples_ = 0;
  std::size_t n_variants_ = 0;
};

}  // namespace gcrisk::genotype
