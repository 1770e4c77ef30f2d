// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/genotype/kernels.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace gcrisk::genotype {

namespace {

constexpr std::uint64_t kLow = 0x5555555555555555ULL;

// 32 samples of a row; fields past the end of the row read as 0.
std::uint64_t load_word(const std::uint8_t* row, std::size_t row_bytes, std::size_t w) {
  std::uint64_t word = 0;
  std::memcpy(&word, row + 8 * w, std::min<std::size_t>(8, row_bytes - 8 * w));
  return word;
}

std::uint64_t valid_fields(std::size_t n_samples, std::size_t w) {
  const std::size_t left = n_samples - 32 * w;
  return left >= 32 ? kLow : kLow & ((std::uint64_t{1} << (2 * left)) - 1);
}

Code code_at(const std::uint8_t* row, std::size_t i) {
  return static_cast<Code>(row[i / 4] >> (2 * (i % 4)) & 3);
}

template <typename Value>
void decode(const std::uint8_t* row, std::size_t n, const CodeTable& table, Value* out) {
  std::array<std::array<Value, 4>, 256> quads;
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (unsigned k = 0; k < 4; ++k) quads[byte][k] = static_cast<Value>(table[byte >> 2 * k & 3]);
  }
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) std::memcpy(out + i, quads[row[i / 4]].data(), 4 * sizeof(Value));
  for (; i < n; ++i) out[i] = static_cast<Value>(table[code_at(row, i)]);
}

}  // namespace

double GenotypeCounts::a1_frequency() const {
  return called() == 0 ? std::numeric_limits<double>::quiet_NaN()
                       : static_cast<double>(a1_alleles()) / (2.0 * called());
}

CodeTable dosage_table(double fill) { return {2.0, fill, 1.0, 0.0}; }

CodeTable standardised_table(const GenotypeCounts& counts, Scale scale) {
  const double n = counts.called();
  if (n == 0) return {0, 0, 0, 0};
  const double mean = counts.a1_alleles() / n;
  const double variance = scale == Scale::kSample
                              ? (4.0 * counts.hom_a1 + counts.het) / n - mean * mean
                              : mean * (1 - mean / 2);
  if (!(variance > 1e-12)) return {0, 0, 0, 0};
  const double sd = std::sqrt(variance);
  return {(2 - mean) / sd, 0, (1 - mean) / sd, (0 - mean) / sd};
}

SampleMask::SampleMask(std::size_t n_samples)
    : n_samples_(n_samples), words_((n_samples + 31) / 32) {}

SampleMask SampleMask::where(std::span<const std::uint8_t> belongs) {
  SampleMask mask(belongs.size());
  for (std::size_t i = 0; i < belongs.size(); ++i) {
    if (belongs[i] != 0) mask.add(i);
  }
  return mask;
}

std::size_t SampleMask::count() const {
  std::size_t n = 0;
  for (const auto word : words_) n += static_cast<std::size_t>(std::popcount(word));
  return n;
}

GenotypeCounts count_row(const std::uint8_t* row, std::size_t n_samples) {
  const std::size_t row_bytes = packed_bytes(n_samples);
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  std::uint32_t both = 0;
  for (std::size_t w = 0; 32 * w < n_samples; ++w) {
    const std::uint64_t word = load_word(row, row_bytes, w);
    const std::uint64_t valid = valid_fields(n_samples, w);
    const std::uint64_t l = word & valid;
    const std::uint64_t h = word >> 1 & valid;
    low += static_cast<std::uint32_t>(std::popcount(l));
    high += static_cast<std::uint32_t>(std::popcount(h));
    both += static_cast<std::uint32_t>(std::popcount(l & h));
  }
  const auto n = static_cast<std::uint32_t>(n_samples);
  return {n - low - high + both, high - both, both, low - both};
}

void count_row(const std::uint8_t* row,
               std::span<const SampleMask> masks,
               std::span<GenotypeCounts> out) {
  for (std::size_t m = 0; m < masks.size(); ++m) {
    const auto words = masks[m].words();
    const std::size_t row_bytes = packed_bytes(masks[m].n_samples());
    std::uint32_t n = 0;
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::uint32_t both = 0;
    for (std::size_t w = 0; w < words.size(); ++w) {
      const std::uint64_t word = load_word(row, row_bytes, w);
      const std::uint64_t l = word & words[w];
      const std::uint64_t h = word >> 1 & words[w];
      n += static_cast<std::uint32_t>(std::popcount(words[w]));
      low += static_cast<std::uint32_t>(std::popcount(l));
      high += static_cast<std::uint32_t>(std::popcount(h));
      both += static_cast<std::uint32_t>(std::popcount(l & h));
    }
    out[m] = {n - low - high + both, high - both, both, low - both};
  }
}

std::vector<GenotypeCounts> count_genotypes(const GenotypeView& view,
                                            const base::Context& context) {
  std::vector<GenotypeCounts> out(view.n_variants());
  context.for_chunks(view.n_variants(), 256, [&](std::size_t begin, std::size_t end) {
    RowScratch scratch;
    for (std::size_t j = begin; j < end; ++j) {
      out[j] = count_row(view.row(j, scratch), view.n_samples());
    }
  });
  return out;
}

void decode_row(const std::uint8_t* row, std::size_t n, const CodeTable& table, float* out) {
  decode(row, n, table, out);
}

void decode_row(const std::uint8_t* row, std::size_t n, const CodeTable& table, double* out) {
  decode(row, n, table, out);
}

double dot_row(const std::uint8_t* row, std::size_t n, const CodeTable& table, const double* w) {
  std::array<double, 4> sums{};
  for (std::size_t i = 0; i < n; ++i) sums[code_at(row, i)] += w[i];
  return table[0] * sums[0] + table[1] * sums[1] + table[2] * sums[2] + table[3] * sums[3];
}

void add_row(
    const std::uint8_t* row, std::size_t n, const CodeTable& table, double scale, double* y) {
  const CodeTable scaled = {scale * table[0], scale * table[1], scale * table[2], scale * table[3]};
  for (std::size_t i = 0; i < n; ++i) y[i] += scaled[code_at(row, i)];
}

void weighted_sums(const GenotypeView& view,
                   std::size_t first,
                   std::size_t last,
                   const Eigen::Ref<const Eigen::MatrixXd>& weights,
                   Eigen::Ref<Eigen::MatrixXd> out) {
  RowScratch scratch;
  out.setZero();
  for (std::size_t j = first; j < last; ++j) {
    const std::uint8_t* row = view.row(j, scratch);
    for (Eigen::Index c = 0; c < weights.cols(); ++c) {
      for (std::size_t i = 0; i < view.n_samples(); ++i) {
        out(static_cast<Eigen::Index>(4 * (j - first) + code_at(row, i)), c) +=
            weights(static_cast<Eigen::Index>(i), c);
      }
    }
  }
}

void multiply(const GenotypeView& view,
              std::span<const CodeTable> tables,
              const Eigen::Ref<const Eigen::MatrixXd>& b,
              Eigen::Ref<Eigen::MatrixXd> y,
              const base::Context& context) {
  context.threads->run(static_cast<std::size_t>(b.cols()), [&](std::size_t c, std::size_t) {
    RowScratch scratch;
    for (std::size_t j = 0; j < view.n_variants(); ++j) {
      const double scale = b(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(c));
      if (scale == 0) continue;
      add_row(view.row(j, scratch),
              view.n_samples(),
              tables[j],
              scale,
              y.col(static_cast<Eigen::Index>(c)).data());
    }
  });
}

void multiply_transposed(const GenotypeView& view,
                         std::span<const CodeTable> tables,
                         const Eigen::Ref<const Eigen::MatrixXd>& w,
                         Eigen::Ref<Eigen::MatrixXd> z,
                         const base::Context& context) {
  context.for_chunks(view.n_variants(), 64, [&](std::size_t begin, std::size_t end) {
    RowScratch scratch;
    for (std::size_t j = begin; j < end; ++j) {
      const std::uint8_t* row = view.row(j, scratch);
      for (Eigen::Index c = 0; c < w.cols(); ++c) {
        z(static_cast<Eigen::Index>(j), c) =
            dot_row(row, view.n_samples(), tables[j], w.col(c).data());
      }
    }
  });
}

Eigen::MatrixXd gram(const GenotypeView& view,
                     std::span<const CodeTable> tables,
                     const base::Context& context) {
  const auto n = static_cast<Eigen::Index>(view.n_samples());
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(n, n);
  constexpr std::size_t kTile = 256;
  Eigen::MatrixXd tile(n, kTile);
  RowScratch scratch;
  for (std::size_t begin = 0; begin < view.n_variants(); begin += kTile) {
    context.cancellation->check();
    const std::size_t end = std::min(view.n_variants(), begin + kTile);
    for (std::size_t j = begin; j < end; ++j) {
      decode_row(view.row(j, scratch),
                 view.n_samples(),
                 tables[j],
                 tile.col(static_cast<Eigen::Index>(j - begin)).data());
    }
    const auto used = tile.leftCols(static_cast<Eigen::Index>(end - begin));
    out.selfadjointView<Eigen::Lower>().rankUpdate(used);
  }
  out.triangularView<Eigen::StrictlyUpper>() = out.transpose();
  return out;
}

double PairSums::r_squared() const {
  const auto size = static_cast<double>(n);
  const double cov =
      size * static_cast<double>(sum_xy) - static_cast<double>(sum_x) * static_cast<double>(sum_y);
  const double var_x =
      size * static_cast<double>(sum_xx) - static_cast<double>(sum_x) * static_cast<double>(sum_x);
  const double var_y =
      size * static_cast<double>(sum_yy) - static_cast<double>(sum_y) * static_cast<double>(sum_y);
  if (!(var_x > 0) || !(var_y > 0)) return std::numeric_limits<double>::quiet_NaN();
  return cov * cov / (var_x * var_y);
}

PairSums pair_sums(const std::uint8_t* row_x, const std::uint8_t* row_y, std::size_t n_samples) {
  PairSums sums;
  for (std::size_t i = 0; i < n_samples; ++i) {
    const int x = kA1Count[code_at(row_x, i)];
    const int y = kA1Count[code_at(row_y, i)];
    if (x < 0 || y < 0) continue;
    ++sums.n;
    sums.sum_x += x;
    sums.sum_y += y;
    sums.sum_xx += x * x;
    sums.sum_yy += y * y;
    sums.sum_xy += x * y;
  }
  return sums;
}

}  // namespace gcrisk::genotype
