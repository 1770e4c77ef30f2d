// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "class_counts.hpp"
#include "features.hpp"
#include "genotype_block.hpp"
#include "split.hpp"

namespace gcrisk::models::trees {

// The nodes of a tree of two classes among the samples of a block, as words of bits. They wait on
// a stack: the one on top is looked at, and taken away or cut in two.
class BlockNodes {
 public:
  // `copies`: how often each bit of the block counts; empty: once. A bit with 0 is not in the root.
  void set_root(const GenotypeBlock& block, std::span<const std::uint32_t> copies = {});

  bool empty() const { return stack_.empty(); }

  // Makes the node on top ready to be asked what follows.
  void look();
  ClassCount total() const { return total_; }
  // A row for each copy of a sample, the first class in front.
  void list(std::vector<std::uint32_t>& rows) const;
  // Said before count(), so that memory is on its way.
  void prefetch(std::span<const std::size_t> variants) const;
  // out[k] for each of the variants.
  void count(std::span<const std::size_t> variants, ClassCounts* out) const;
  // Adds the samples to the cells of their bins.
  void count(const BinnedColumn& column, std::span<ClassCount> cells) const;

  void drop();
  // Puts the right side of the split in the place of the node, the left side on top of it.
  void cut(const Features& features, const Split& split);

 private:
  static constexpr std::size_t kBits = 64;
  // A word that is not empty. Where the classes meet within a word, each has an entry.
  struct Entry {
    std::uint32_t at;
    std::uint64_t bits;
  };
  struct Node {
    std::size_t begin;
    std::size_t middle;  // entries of the second class begin here
  };
  template <typename Left>
  void cut_words(Left left);
  template <typename Visit>
  void each(Visit visit) const;
  std::uint32_t copies_of(std::size_t bit) const { return copies_.empty() ? 1 : copies_[bit]; }

  const GenotypeBlock* block_ = nullptr;
  std::span<const std::uint32_t> copies_;
  // Copies in binary: bit b of digits_[d * n_words + w] is digit d of bit 64 w + b. One digit
  // without copies.
  std::vector<std::uint64_t> digits_;
  std::size_t n_digits_ = 1;
  std::vector<Entry> entries_;  // of all nodes that wait; those of the top are the last
  std::vector<Entry> spare_;
  std::vector<Node> stack_;
  // Of the node on top: for each digit, its entries' bits with that digit.
  std::vector<std::uint64_t> weighed_;
  ClassCount total_ = 0;
};

}  // namespace gcrisk::models::trees
