// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/genotype/packed_matrix.hpp"

namespace gcrisk::models::trees {

// Genotypes turned around for histograms of a node's samples: tiles of 256 variants, in which each
// sample has 64 bytes in a row (one cache line) of 2-bit codes as in a .bed. Any subset of samples
// is then a list of lines, and one line has what 256 histograms need of a sample.
//
// Variants lie in the order in which the sums of boosting's histogram kernel come out (`place_of`).
//
// Memory: n_samples × n_variants / 4 bytes. Cost: one pass of the packed rows.
class SampleTiles {
 public:
  static constexpr std::size_t kVariants = 256;
  static constexpr std::size_t kBytes = kVariants / 4;

  // Where a variant of a tile has its code in each line.
  struct Place {
    std::size_t byte;
    std::size_t field;  // two bits each, the lowest first
  };
  static constexpr Place place_of(std::size_t v) { return {2 * (v % 32) + v / 32 % 2, v / 64}; }
  static constexpr std::size_t variant_of(std::size_t byte, std::size_t field) {
    return 64 * field + 32 * (byte % 2) + byte / 2;
  }

  SampleTiles(const genotype::GenotypeView& view, const base::Context& context);

  std::size_t n_samples() const noexcept { return n_samples_; }
  std::size_t n_variants() const noexcept { return n_variants_; }
  std::size_t size() const noexcept { return has_missing_.size(); }
  // n_samples × kBytes bytes, aligned to a cache line. Variants past the last one read as 0.
  const std::uint8_t* tile(std::size_t t) const noexcept {
    return bytes_.get() + t * n_samples_ * kBytes;
  }
  bool has_missing(std::size_t t) const noexcept { return has_missing_[t] != 0; }
  genotype::Code code(std::size_t variant, std::size_t sample) const noexcept {
    const Place place = place_of(variant % kVariants);
    return static_cast<genotype::Code>(
        tile(variant / kVariants)[sample * kBytes + place.byte] >> (2 * place.field) & 3);
  }

 private:
  struct Release {
    void operator()(std::uint8_t* bytes) const noexcept;
  };

  void turn(const genotype::GenotypeView& view, std::size_t t);

  std::size_t n_samples_;
  std::size_t n_variants_;
  std::unique_ptr<std::uint8_t[], Release> bytes_;
  std::vector<std::uint8_t> has_missing_;
};

}  // namespace gcrisk::models::trees
