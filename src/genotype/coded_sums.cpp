// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <memory>

#include "gcrisk/genotype/kernels.hpp"
#include "row_tile.hpp"

// Sums of weights by genotype, without decoding. Two calls (four bits) have sixteen possible
// values; for each pair of samples the sixteen partial sums are tabulated once and every variant
// of a batch looks its pair up: one load and one addition do the work of two calls in four or
// eight columns. Tables of 64 to 128 samples stay in the first-level cache.
namespace gcrisk::genotype {

namespace {

using Lanes = double __attribute__((vector_size(32)));  // one AVX register, or two of SSE

constexpr std::size_t kBatch = 512;  // variants that share one building of the tables

template <std::size_t kVectors>
struct Engine {
  static constexpr std::size_t kColumns = 4 * kVectors;
  static constexpr std::size_t kBlockBytes = 32 / kVectors;  // tables take 32 KiB
  using Entry = std::array<Lanes, kVectors>;

  alignas(64) Entry table[2 * kBlockBytes][16];
  alignas(64) Entry sums[kBatch];

  // Tables for samples 4 * first_byte … of `columns`, zero beyond the last sample.
  void build(std::span<const CodedColumn> columns, std::size_t n_samples, std::size_t first_byte) {
    for (std::size_t pair = 0; pair < 2 * kBlockBytes; ++pair) {
      const std::size_t sample = 4 * first_byte + 2 * pair;
      Entry lower[4] = {};
      Entry upper[4] = {};
      for (std::size_t c = 0; c < columns.size(); ++c) {
        const double a = sample < n_samples ? columns[c].weights[sample] : 0;
        const double b = sample + 1 < n_samples ? columns[c].weights[sample + 1] : 0;
        for (std::size_t code = 0; code < 4; ++code) {
          lower[code][c / 4][c % 4] = columns[c].values[code] * a;
          upper[code][c / 4][c % 4] = columns[c].values[code] * b;
        }
      }
      for (std::size_t i = 0; i < 16; ++i) {
        for (std::size_t v = 0; v < kVectors; ++v) {
          table[pair][i][v] = lower[i & 3][v] + upper[i >> 2][v];
        }
      }
    }
  }

  template <std::size_t kRows>
  void add(const RowTile& rows, std::size_t first, std::size_t at, std::size_t n_bytes) {
    std::uint64_t words[kRows][kBlockBytes / 8] = {};
    for (std::size_t r = 0; r < kRows; ++r) std::memcpy(words[r], rows[first + r] + at, n_bytes);
    Entry acc[kRows];
    for (std::size_t r = 0; r < kRows; ++r) acc[r] = sums[first + r];
    for (std::size_t w = 0; 8 * w < n_bytes; ++w) {
      const Entry(*pairs)[16] = table + 16 * w;
      for (std::size_t pair = 0; pair < 16; ++pair) {
        for (std::size_t r = 0; r < kRows; ++r) {
          const Entry& entry = pairs[pair][words[r][w] >> (4 * pair) & 15];
          for (std::size_t v = 0; v < kVectors; ++v) acc[r][v] += entry[v];
        }
      }
    }
    for (std::size_t r = 0; r < kRows; ++r) sums[first + r] = acc[r];
  }

  void run(const RowTile& rows, std::size_t n_samples, std::span<const CodedColumn> columns) {
    const std::size_t row_bytes = packed_bytes(n_samples);
    std::fill_n(sums, rows.size(), Entry{});
    for (std::size_t at = 0; at < row_bytes; at += kBlockBytes) {
      build(columns, n_samples, at);
      const std::size_t n_bytes = std::min(kBlockBytes, row_bytes - at);
      std::size_t v = 0;
      if (n_bytes == kBlockBytes) {
        for (; v + 4 <= rows.size(); v += 4) {
          for (std::size_t r = 8; r < 12 && v + r < rows.size(); ++r) {
            __builtin_prefetch(rows[v + r] + at);
          }
          add<4>(rows, v, at, kBlockBytes);
        }
      }
      for (; v < rows.size(); ++v) add<1>(rows, v, at, n_bytes);
    }
  }
};

template <std::size_t kVectors>
void run_engine(const RowTile& rows,
                std::size_t n_samples,
                std::span<const CodedColumn> columns,
                Eigen::Ref<Eigen::MatrixXd> out) {
  const auto engine = std::make_unique<Engine<kVectors>>();
  engine->run(rows, n_samples, columns);
  for (std::size_t v = 0; v < rows.size(); ++v) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      out(static_cast<Eigen::Index>(c), static_cast<Eigen::Index>(v)) =
          engine->sums[v][c / 4][c % 4];
    }
  }
}

}  // namespace

void coded_sums(const GenotypeView& view,
                std::size_t first,
                std::size_t last,
                std::span<const CodedColumn> columns,
                Eigen::Ref<Eigen::MatrixXd> out) {
  RowTile rows;
  for (std::size_t begin = first; begin < last; begin += kBatch) {
    const std::size_t end = std::min(last, begin + kBatch);
    rows.load(view, begin, end);
    for (std::size_t c = 0; c < columns.size(); c += 8) {
      const std::size_t n = std::min<std::size_t>(8, columns.size() - c);
      auto part = out.block(static_cast<Eigen::Index>(c),
                            static_cast<Eigen::Index>(begin - first),
                            static_cast<Eigen::Index>(n),
                            static_cast<Eigen::Index>(end - begin));
      if (n > 4) {
        run_engine<2>(rows, view.n_samples(), columns.subspan(c, n), part);
      } else {
        run_engine<1>(rows, view.n_samples(), columns.subspan(c, n), part);
      }
    }
  }
}

void weighted_sums(const GenotypeView& view,
                   std::size_t first,
                   std::size_t last,
                   const Eigen::Ref<const Eigen::MatrixXd>& weights,
                   Eigen::Ref<Eigen::MatrixXd> out) {
  const Eigen::Index k = weights.cols();
  std::vector<CodedColumn> columns;
  for (Eigen::Index c = 0; c < k; ++c) {
    for (std::size_t code = 0; code < 4; ++code) {
      CodedColumn column{weights.col(c).data(), {}};
      column.values[code] = 1;
      columns.push_back(column);
    }
  }
  Eigen::MatrixXd sums(4 * k, static_cast<Eigen::Index>(last - first));
  coded_sums(view, first, last, columns, sums);
  for (Eigen::Index v = 0; v < sums.cols(); ++v) {
    for (Eigen::Index c = 0; c < k; ++c) out.block(4 * v, c, 4, 1) = sums.block(4 * c, v, 4, 1);
  }
}

void weighted_sums(const GenotypeView& view,
                   const Eigen::Ref<const Eigen::MatrixXd>& weights,
                   Eigen::Ref<Eigen::MatrixXd> out,
                   const base::Context& context) {
  context.for_chunks(view.n_variants(), kBatch, [&](std::size_t begin, std::size_t end) {
    weighted_sums(view,
                  begin,
                  end,
                  weights,
                  out.middleRows(static_cast<Eigen::Index>(4 * begin),
                                 static_cast<Eigen::Index>(4 * (end - begin))));
  });
}

}  // namespace gcrisk::genotype
