// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/genotype/packed_matrix.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#if defined(__BMI2__)
#include <immintrin.h>
#endif

namespace gcrisk::genotype {

namespace {

// Moves the 2-bit fields of `word` that `mask` chooses to the low end, in order.
std::uint64_t extract(std::uint64_t word, std::uint64_t mask) {
#if defined(__BMI2__)
  return _pext_u64(word, mask);
#else
  std::uint64_t out = 0;
  unsigned at = 0;
  while (mask != 0) {
    const int field = std::countr_zero(mask);
    out |= (word >> field & 3U) << at;
    at += 2;
    mask &= ~(std::uint64_t{3} << field);
  }
  return out;
#endif
}

// Gathers the chosen fields of a packed row. `out` has room for 8 bytes more than the result.
void gather(const std::uint8_t* row,
            std::size_t row_bytes,
            const std::vector<std::uint64_t>& chosen,
            std::uint8_t* out) {
  std::uint64_t pending = 0;
  unsigned pending_bits = 0;
  for (std::size_t w = 0; w < chosen.size(); ++w) {
    const std::uint64_t mask = chosen[w];
    if (mask == 0) continue;
    std::uint64_t word = 0;
    std::memcpy(&word, row + 8 * w, std::min<std::size_t>(8, row_bytes - 8 * w));
    const std::uint64_t fields = extract(word, mask);
    const auto n_bits = static_cast<unsigned>(std::popcount(mask));
    pending |= fields << pending_bits;
    if (pending_bits + n_bits >= 64) {
      std::memcpy(out, &pending, 8);
      out += 8;
      const unsigned taken = 64 - pending_bits;
      pending = taken == 64 ? 0 : fields >> taken;
      pending_bits = n_bits - taken;
    } else {
      pending_bits += n_bits;
    }
  }
  std::memcpy(out, &pending, 8);
}

}  // namespace

PackedMatrix::PackedMatrix(std::shared_ptr<const std::uint8_t[]> bytes,
                           std::size_t n_samples,
                           std::size_t n_variants)
    : bytes_(std::move(bytes)), n_samples_(n_samples), n_variants_(n_variants) {}

std::shared_ptr<const PackedMatrix> PackedMatrix::own(std::vector<std::uint8_t> bytes,
                                                      std::size_t n_samples,
                                                      std::size_t n_variants) {
  assert(bytes.size() >= n_variants * packed_bytes(n_samples));
  auto holder = std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
  std::shared_ptr<const std::uint8_t[]> pointer(holder, holder->data());
  return std::make_shared<const PackedMatrix>(std::move(pointer), n_samples, n_variants);
}

GenotypeView::GenotypeView(std::shared_ptr<const PackedMatrix> matrix)
    : matrix_(std::move(matrix)),
      n_samples_(matrix_->n_samples()),
      n_variants_(matrix_->n_variants()) {}

GenotypeView GenotypeView::with_samples(std::span<const std::uint32_t> samples) const {
  GenotypeView out = *this;
  if (matrix_ == nullptr) {
    out.n_samples_ = samples.size();
    return out;
  }
  auto rows = std::make_shared<std::vector<std::uint32_t>>();
  rows->reserve(samples.size());
  auto chosen = std::make_shared<std::vector<std::uint64_t>>((matrix_->n_samples() + 31) / 32);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    assert(samples[i] < n_samples_ && (i == 0 || samples[i - 1] < samples[i]));
    const std::uint32_t row = samples_ ? (*samples_)[samples[i]] : samples[i];
    rows->push_back(row);
    (*chosen)[row / 32] |= std::uint64_t{3} << (2 * (row % 32));
  }
  out.n_samples_ = rows->size();
  if (rows->size() == matrix_->n_samples()) {
    out.samples_.reset();
    out.chosen_.reset();
  } else {
    out.samples_ = std::move(rows);
    out.chosen_ = std::move(chosen);
  }
  return out;
}

GenotypeView GenotypeView::with_variants(std::span<const std::uint32_t> variants) const {
  GenotypeView out = *this;
  auto columns = std::make_shared<std::vector<std::uint32_t>>();
  columns->reserve(variants.size());
  for (const std::uint32_t variant : variants) {
    assert(variant < n_variants_);
    columns->push_back(variants_ ? (*variants_)[variant] : variant);
  }
  out.n_variants_ = columns->size();
  out.variants_ = std::move(columns);
  return out;
}

const std::uint8_t* GenotypeView::row(std::size_t variant, RowScratch& scratch) const {
  const std::uint8_t* row = matrix_->row(variants_ ? (*variants_)[variant] : variant);
  if (!samples_) return row;
  scratch.resize(packed_bytes(n_samples_) + 16);
  gather(row, matrix_->row_bytes(), *chosen_, scratch.data());
  return scratch.data();
}

Code GenotypeView::code(std::size_t variant, std::size_t sample) const {
  const std::size_t column = samples_ ? (*samples_)[sample] : sample;
  const std::uint8_t byte = matrix_->row(variants_ ? (*variants_)[variant] : variant)[column / 4];
  return static_cast<Code>(byte >> (2 * (column % 4)) & 3);
}

GenotypeView GenotypeView::compact() const {
  if (matrix_ == nullptr || (!samples_ && !variants_)) return *this;
  const std::size_t row_bytes = packed_bytes(n_samples_);
  std::vector<std::uint8_t> bytes(n_variants_ * row_bytes);
  RowScratch scratch;
  for (std::size_t j = 0; j < n_variants_; ++j) {
    std::copy_n(
        row(j, scratch), row_bytes, bytes.begin() + static_cast<std::ptrdiff_t>(j * row_bytes));
  }
  return GenotypeView(PackedMatrix::own(std::move(bytes), n_samples_, n_variants_));
}

}  // namespace gcrisk::genotype
