// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "block_nodes.hpp"

#include <algorithm>
#include <bit>

namespace gcrisk::models::trees {

namespace {

// Of one class, whose samples' codes have two bits: 11 homozygous A2, 10 heterozygous, 01 missing,
// 00 homozygous A1.
struct BitCounts {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint64_t both = 0;

  void add(std::uint64_t bits, std::uint64_t l, std::uint64_t h) {
    low += static_cast<std::uint64_t>(std::popcount(bits & l));
    high += static_cast<std::uint64_t>(std::popcount(bits & h));
    both += static_cast<std::uint64_t>(std::popcount(bits & l & h));
  }
};

struct CodeBits {
  ClassCount low = 0;
  ClassCount high = 0;
  ClassCount both = 0;

  void add(const BitCounts& first, const BitCounts& second, std::size_t digit) {
    low += both_classes(first.low, second.low) << digit;
    high += both_classes(first.high, second.high) << digit;
    both += both_classes(first.both, second.both) << digit;
  }
  ClassCounts by_code(ClassCount n) const {
    ClassCounts out;
    out[genotype::kHomA2] = both;
    out[genotype::kHet] = high - both;
    out[genotype::kMissing] = low - both;
    out[genotype::kHomA1] = n - low - high + both;
    return out;
  }
};

}  // namespace

void BlockNodes::set_root(const GenotypeBlock& block, std::span<const std::uint32_t> copies) {
  block_ = &block;
  copies_ = copies;
  const std::size_t n_words = block.n_words();
  const std::uint32_t most = copies.empty() ? 1 : *std::max_element(copies.begin(), copies.end());
  n_digits_ = copies.empty() ? 1 : static_cast<std::size_t>(std::bit_width(most));
  digits_.assign(n_digits_ * n_words, 0);
  for (std::size_t bit = 0; bit < block.n_samples(); ++bit) {
    for (std::size_t d = 0; d < n_digits_; ++d) {
      digits_[d * n_words + bit / kBits] |= std::uint64_t{copies_of(bit) >> d & 1} << bit % kBits;
    }
  }
  entries_.clear();
  stack_.assign(1, {0, 0});
  const auto add = [&](std::size_t begin, std::size_t end) {
    for (std::size_t w = begin / kBits; w * kBits < end; ++w) {
      std::uint64_t bits = 0;
      for (std::size_t d = 0; d < n_digits_; ++d) bits |= digits_[d * n_words + w];
      if (w * kBits < begin) bits &= ~std::uint64_t{0} << begin % kBits;
      if ((w + 1) * kBits > end) bits &= ~(~std::uint64_t{0} << end % kBits);
      if (bits != 0) entries_.push_back({static_cast<std::uint32_t>(w), bits});
    }
  };
  add(0, block.n_first());
  stack_.back().middle = entries_.size();
  add(block.n_first(), block.n_samples());
}

void BlockNodes::look() {
  const Node node = stack_.back();
  const std::size_t n = entries_.size() - node.begin;
  weighed_.resize(n_digits_ * n);
  std::array<std::uint64_t, 2> sums{};
  for (std::size_t d = 0; d < n_digits_; ++d) {
    for (std::size_t i = 0; i < n; ++i) {
      const Entry& entry = entries_[node.begin + i];
      const std::uint64_t bits = entry.bits & digits_[d * block_->n_words() + entry.at];
      weighed_[d * n + i] = bits;
      sums[node.begin + i < node.middle ? 0 : 1] += static_cast<std::uint64_t>(std::popcount(bits))
                                                    << d;
    }
  }
  total_ = both_classes(sums[0], sums[1]);
}

template <typename Visit>
void BlockNodes::each(Visit visit) const {
  for (std::size_t i = stack_.back().begin; i < entries_.size(); ++i) {
    for (std::uint64_t bits = entries_[i].bits; bits != 0; bits &= bits - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(bits));
      visit(entries_[i].at * kBits + bit, i < stack_.back().middle);
    }
  }
}

void BlockNodes::list(std::vector<std::uint32_t>& rows) const {
  rows.clear();
  each([&](std::size_t bit, bool /*first*/) {
    rows.insert(rows.end(), copies_of(bit), block_->row(bit));
  });
}

void BlockNodes::prefetch(std::span<const std::size_t> variants) const {
  const std::size_t word = entries_[stack_.back().begin].at * block_->stride();
  for (const std::size_t v : variants) {
    const std::uint64_t* low = block_->planes(v) + word;
    __builtin_prefetch(low);
    __builtin_prefetch(low + block_->to_high());
  }
}

void BlockNodes::count(std::span<const std::size_t> variants, ClassCounts* out) const {
  const Node node = stack_.back();
  const Entry* entries = entries_.data() + node.begin;
  const std::size_t n = entries_.size() - node.begin;
  const std::size_t n_first = node.middle - node.begin;
  const std::size_t stride = block_->stride();
  if (block_->n_words() == 1 && copies_.empty()) {
    const std::uint64_t first = n_first > 0 ? entries[0].bits : 0;
    const std::uint64_t second = n > n_first ? entries[n_first].bits : 0;
    for (const std::size_t v : variants) {
      const std::uint64_t* low = block_->planes(v);
      std::array<BitCounts, 2> sums;
      sums[0].add(first, *low, low[stride]);
      sums[1].add(second, *low, low[stride]);
      CodeBits codes;
      codes.add(sums[0], sums[1], 0);
      *out++ = codes.by_code(total_);
    }
    return;
  }
  for (const std::size_t v : variants) {
    const std::uint64_t* low = block_->planes(v);
    const std::uint64_t* high = low + block_->to_high();
    CodeBits codes;
    for (std::size_t d = 0; d < n_digits_; ++d) {
      const std::uint64_t* bits = weighed_.data() + d * n;
      std::array<BitCounts, 2> sums;
      for (std::size_t i = 0; i < n_first; ++i) {
        sums[0].add(bits[i], low[entries[i].at * stride], high[entries[i].at * stride]);
      }
      for (std::size_t i = n_first; i < n; ++i) {
        sums[1].add(bits[i], low[entries[i].at * stride], high[entries[i].at * stride]);
      }
      codes.add(sums[0], sums[1], d);
    }
    *out++ = codes.by_code(total_);
  }
}

void BlockNodes::count(const BinnedColumn& column, std::span<ClassCount> cells) const {
  each([&](std::size_t bit, bool first) {
    const std::uint64_t copies = copies_of(bit);
    cells[column.bins[block_->row(bit)]] +=
        first ? both_classes(copies, 0) : both_classes(0, copies);
  });
}

void BlockNodes::drop() {
  entries_.resize(stack_.back().begin);
  stack_.pop_back();
}

void BlockNodes::cut(const Features& features, const Split& split) {
  const std::size_t bin = split.cut.bin;
  const bool missing_left = split.cut.missing_left;
  if (!features.is_variant(split.feature)) {
    cut_words([&](const Entry& entry) {
      std::uint64_t left = 0;
      for (std::uint64_t bits = entry.bits; bits != 0; bits &= bits - 1) {
        const auto bit = static_cast<std::size_t>(std::countr_zero(bits));
        const std::uint32_t row = block_->row(entry.at * kBits + bit);
        if (features.goes_left(split.feature, row, bin, missing_left)) {
          left |= std::uint64_t{1} << bit;
        }
      }
      return left;
    });
    return;
  }
  const std::uint64_t* low = block_->planes(split.feature);
  const std::uint64_t* high = low + block_->to_high();
  cut_words([&](const Entry& entry) {
    const std::uint64_t l = low[entry.at * block_->stride()];
    const std::uint64_t h = high[entry.at * block_->stride()];
    const std::uint64_t called = bin == 0 ? l & h : h;
    return entry.bits & (called | (missing_left ? l & ~h : 0));
  });
}

// `left`: the bits of an entry that go left.
template <typename Left>
void BlockNodes::cut_words(Left left) {
  Node& right_side = stack_.back();
  const Node node = right_side;
  const std::size_t end = entries_.size();
  spare_.resize(end - node.begin);
  std::size_t n_right = 0;
  std::size_t n_left = 0;
  std::size_t n_left_first = 0;
  const auto cut_part = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      const Entry entry = entries_[i];
      const std::uint64_t bits = left(entry);
      entries_[node.begin + n_right] = {entry.at, entry.bits & ~bits};
      spare_[n_left] = {entry.at, bits};
      n_right += entry.bits != bits ? 1 : 0;
      n_left += bits != 0 ? 1 : 0;
    }
  };
  cut_part(node.begin, node.middle);
  right_side.middle = node.begin + n_right;
  n_left_first = n_left;
  cut_part(node.middle, end);
  const std::size_t left_begin = node.begin + n_right;
  entries_.resize(left_begin + n_left);
  std::copy_n(spare_.begin(), n_left, entries_.begin() + static_cast<std::ptrdiff_t>(left_begin));
  stack_.push_back({left_begin, left_begin + n_left_first});
}

}  // namespace gcrisk::models::trees
