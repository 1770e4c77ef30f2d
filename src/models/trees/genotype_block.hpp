// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sample_tiles.hpp"

namespace gcrisk::models::trees {

// Some samples with their genotypes turned to columns of bits, so that the bins of any variant over
// any node among them are a few ANDs and popcounts. A sample that is given several times has as
// many bits; the first class comes first.
//
// Memory: 2 bits a sample and variant. Cost of filling: about a tenth of a cycle a call with
// 256-bit registers, and a line of memory for each sample and 256 variants.
class GenotypeBlock {
 public:
  static constexpr std::size_t kWords = 4;  // turned together, half of a line
  // Where a variant's words lie: four variants in turn, as they are turned, for a block that is
  // soon gone; or side by side, for one that is counted again and again.
  enum class Layout { kInTurn, kSideBySide };

  // `rows`: one for each bit, at least one, the first `n_first` of the first class.
  void fill(const SampleTiles& tiles,
            std::span<const std::uint32_t> rows,
            std::size_t n_first,
            Layout layout);

  std::size_t n_samples() const noexcept { return n_samples_; }  // bits in use
  std::size_t n_words() const noexcept { return n_words_; }
  std::size_t n_first() const noexcept { return n_first_; }
  std::uint32_t row(std::size_t bit) const noexcept { return rows_[bit]; }
  // The low bits of the variant's 2-bit codes, a word every stride(); the high bits lie to_high()
  // words on.
  const std::uint64_t* planes(std::size_t variant) const noexcept {
    const SampleTiles::Place place = SampleTiles::place_of(variant % SampleTiles::kVariants);
    const std::size_t half = variant / SampleTiles::kVariants * 2 + place.byte / kHalfLine;
    const std::size_t bit = place.byte % 8 * 8 + place.field * 2;
    return planes_.get() + half * half_words() + bit * to_high() +
           place.byte % kHalfLine / 8 * to_next_word_;
  }
  std::size_t stride() const noexcept { return stride_; }
  std::size_t to_high() const noexcept { return n_words_ * stride_; }

 private:
  static constexpr std::size_t kHalfLine = 8 * kWords;
  static constexpr std::size_t kBits = 64;  // of a word

  struct Release {
    void operator()(std::uint64_t* words) const noexcept;
  };
  using Words = std::unique_ptr<std::uint64_t[], Release>;
  static void reserve(Words& words, std::size_t& capacity, std::size_t needed);
  std::size_t half_words() const noexcept { return kBits * kWords * n_words_; }
  void turn(const SampleTiles& tiles, std::size_t t, std::size_t group, std::uint64_t* out) const;

  std::size_t n_samples_ = 0;
  std::size_t n_words_ = 0;
  std::size_t n_first_ = 0;
  std::vector<std::uint32_t> rows_;  // of bits; unused ones repeat the last
  std::size_t stride_ = kWords;
  std::size_t to_next_word_ = 1;  // from a word of a line to the next, in `planes_`
  Words planes_, turned_;
  std::size_t planes_capacity_ = 0;
  std::size_t turned_capacity_ = 0;
};

}  // namespace gcrisk::models::trees
