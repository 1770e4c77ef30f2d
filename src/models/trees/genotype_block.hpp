// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "class_counts.hpp"
#include "sample_tiles.hpp"

namespace gcrisk::models::trees {

// Some in-bag samples with their genotypes turned to columns of bits, so that the bins of any
// variant over any node among them are a few ANDs and popcounts. A sample that is in the bag
// several times has as many bits. Those of the first class fill the first words; those of the
// second begin with a new word.
//
// Memory: 2 bits a sample and variant. Cost of filling: about a tenth of a cycle a call with
// 256-bit registers.
class GenotypeBlock {
 public:
  void fill(const SampleTiles& tiles,
            std::span<const std::uint32_t> first,
            std::span<const std::uint32_t> second);

  std::size_t n_samples() const noexcept { return n_samples_; }  // bits in use
  std::size_t n_words() const noexcept { return n_words_; }
  std::size_t n_first_words() const noexcept { return n_first_words_; }
  std::uint32_t row(std::size_t bit) const noexcept { return rows_[bit]; }
  // The bits in use.
  std::span<const std::uint64_t> all() const noexcept { return all_; }
  // The low bits of the variant's 2-bit codes, a word every kStride; the high bits lie
  // to_high() words on.
  const std::uint64_t* planes(std::size_t variant) const noexcept {
    const SampleTiles::Place place = SampleTiles::place_of(variant % SampleTiles::kVariants);
    const std::size_t half = variant / SampleTiles::kVariants * 2 + place.byte / kHalfLine;
    const std::size_t bit = place.byte % 8 * 8 + place.field * 2;
    return planes_.get() + (half * 64 + bit) * to_high() + place.byte % kHalfLine / 8;
  }
  static constexpr std::size_t kStride = 4;  // words turned together, half of a line
  std::size_t to_high() const noexcept { return n_words_ * kStride; }

 private:
  static constexpr std::size_t kHalfLine = 8 * kStride;

  struct Release {
    void operator()(std::uint64_t* words) const noexcept;
  };
  void turn(const SampleTiles& tiles, std::size_t t, std::size_t group);

  std::size_t n_samples_ = 0;
  std::size_t n_words_ = 0;
  std::size_t n_first_words_ = 0;
  std::vector<std::uint32_t> rows_;  // of bits; unused ones repeat another
  std::vector<std::uint64_t> all_;
  std::unique_ptr<std::uint64_t[], Release> planes_;
  std::size_t capacity_ = 0;  // of planes_
};

// A node of a block: its words that are not empty.
struct BlockNode {
  std::vector<std::uint32_t> at;
  std::vector<std::uint64_t> bits;
  std::size_t n_first = 0;  // words of the first class, which lead

  void set(const GenotypeBlock& block, std::span<const std::uint64_t> mask);
};

ClassCounts count_in_block(const GenotypeBlock& block, std::size_t variant, const BlockNode& node);

// The samples of a mask whose call goes left at the cut behind `bin`, missing ones as said.
void left_of_variant(const GenotypeBlock& block,
                     std::size_t variant,
                     std::size_t bin,
                     bool missing_left,
                     std::span<const std::uint64_t> mask,
                     std::span<std::uint64_t> left);

}  // namespace gcrisk::models::trees
