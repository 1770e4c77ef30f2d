// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include "gcrisk/genotype/kernels.hpp"
#include "row_tile.hpp"

// Products with a decoded matrix that never exists as a whole. With one or a few right-hand sides
// the sums by genotype (coded_sums.cpp) or additions of decoded rows are cheapest; with more,
// tiles that fit the second-level cache are decoded and multiplied.
namespace gcrisk::genotype {

namespace {

using Eigen::Index;

constexpr std::size_t kFewColumns = 4;
constexpr std::size_t kTileSamples = 256;
constexpr std::size_t kTileVariants = 256;
constexpr std::size_t kAddSamples = 1024;
constexpr std::size_t kChunk = 512;

Index at(std::size_t i) { return static_cast<Index>(i); }

// tile.col(v) = samples [begin, end) of variant first + v of `rows`; begin a multiple of 4.
void decode_tile(const RowTile& rows,
                 std::size_t first,
                 std::size_t last,
                 std::size_t begin,
                 std::size_t end,
                 std::span<const CodeTable> tables,
                 Eigen::MatrixXd& tile) {
  for (std::size_t v = first; v < last; ++v) {
    decode_row(rows[v] + begin / 4, end - begin, tables[v], tile.col(at(v - first)).data());
  }
}

void transposed_by_sums(const GenotypeView& view,
                        std::span<const CodeTable> tables,
                        const Eigen::Ref<const Eigen::MatrixXd>& w,
                        Eigen::Ref<Eigen::MatrixXd> z,
                        std::size_t begin,
                        std::size_t end) {
  Eigen::MatrixXd sums(at(4 * (end - begin)), w.cols());
  weighted_sums(view, begin, end, w, sums);
  for (std::size_t j = begin; j < end; ++j) {
    const Eigen::Map<const Eigen::RowVector4d> table(tables[j].data());
    z.row(at(j)) = table * sums.middleRows(at(4 * (j - begin)), 4);
  }
}

void transposed_by_tiles(const GenotypeView& view,
                         std::span<const CodeTable> tables,
                         const Eigen::Ref<const Eigen::MatrixXd>& w,
                         Eigen::Ref<Eigen::MatrixXd> z,
                         std::size_t begin,
                         std::size_t end) {
  RowTile rows;
  Eigen::MatrixXd tile(at(kTileSamples), at(kTileVariants));
  const std::size_t n = view.n_samples();
  for (std::size_t first = begin; first < end; first += kTileVariants) {
    const std::size_t last = std::min(end, first + kTileVariants);
    rows.load(view, first, last);
    auto target = z.middleRows(at(first), at(last - first));
    target.setZero();
    for (std::size_t s = 0; s < n; s += kTileSamples) {
      const std::size_t e = std::min(n, s + kTileSamples);
      decode_tile(rows, 0, last - first, s, e, tables.subspan(first), tile);
      target.noalias() += tile.topLeftCorner(at(e - s), at(last - first)).transpose() *
                          w.middleRows(at(s), at(e - s));
    }
  }
}

}  // namespace

void multiply(const GenotypeView& view,
              std::span<const CodeTable> tables,
              const Eigen::Ref<const Eigen::MatrixXd>& b,
              Eigen::Ref<Eigen::MatrixXd> y,
              const base::Context& context) {
  // Variants that count for nothing (a sparse model) are not even read.
  std::vector<std::uint32_t> used;
  for (std::size_t j = 0; j < view.n_variants(); ++j) {
    if ((b.row(at(j)).array() != 0).any()) used.push_back(static_cast<std::uint32_t>(j));
  }
  if (used.empty()) return;
  const bool all = used.size() == view.n_variants();
  const GenotypeView chosen = all ? view : view.with_variants(used);
  const std::size_t n = view.n_samples();
  const bool few = b.cols() <= 2;
  const std::size_t block = few ? kAddSamples : kTileSamples;
  RowTile rows;
  std::vector<CodeTable> local(kChunk);
  Eigen::MatrixXd coefficients(at(kChunk), b.cols());
  for (std::size_t first = 0; first < used.size(); first += kChunk) {
    const std::size_t last = std::min(used.size(), first + kChunk);
    context.cancellation->check();
    rows.load(chosen, first, last);
    for (std::size_t v = first; v < last; ++v) {
      local[v - first] = tables[used[v]];
      coefficients.row(at(v - first)) = b.row(at(used[v]));
    }
    context.for_chunks(n, block, [&](std::size_t begin, std::size_t end) {
      if (few) {
        for (Index c = 0; c < b.cols(); ++c) {
          for (std::size_t v = 0; v < last - first; ++v) {
            if (coefficients(at(v), c) == 0) continue;
            add_row(rows[v] + begin / 4,
                    end - begin,
                    local[v],
                    coefficients(at(v), c),
                    y.col(c).data() + begin);
          }
        }
        return;
      }
      Eigen::MatrixXd tile(at(kTileSamples), at(kTileVariants));
      for (std::size_t v = 0; v < last - first; v += kTileVariants) {
        const std::size_t w = std::min(last - first, v + kTileVariants);
        decode_tile(rows, v, w, begin, end, local, tile);
        y.middleRows(at(begin), at(end - begin)).noalias() +=
            tile.topLeftCorner(at(end - begin), at(w - v)) *
            coefficients.middleRows(at(v), at(w - v));
      }
    });
  }
}

void multiply_transposed(const GenotypeView& view,
                         std::span<const CodeTable> tables,
                         const Eigen::Ref<const Eigen::MatrixXd>& w,
                         Eigen::Ref<Eigen::MatrixXd> z,
                         const base::Context& context) {
  const bool few = static_cast<std::size_t>(w.cols()) <= kFewColumns;
  context.for_chunks(view.n_variants(), kChunk, [&](std::size_t begin, std::size_t end) {
    context.cancellation->check();
    if (few) {
      transposed_by_sums(view, tables, w, z, begin, end);
    } else {
      transposed_by_tiles(view, tables, w, z, begin, end);
    }
  });
}

Eigen::MatrixXd gram(const GenotypeView& view,
                     std::span<const CodeTable> tables,
                     const base::Context& context) {
  const std::size_t n = view.n_samples();
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(at(n), at(n));
  constexpr std::size_t kBlock = 256;
  const std::size_t n_blocks = base::chunk_count(n, kBlock);
  RowTile rows;
  Eigen::MatrixXd tile(at(kTileVariants), at(n));  // a sample's genotypes lie together
  for (std::size_t first = 0; first < view.n_variants(); first += kTileVariants) {
    context.cancellation->check();
    const std::size_t last = std::min(view.n_variants(), first + kTileVariants);
    rows.load(view, first, last);
    context.threads->run(n_blocks, [&](std::size_t i, std::size_t) {
      const auto [begin, end] = base::chunk_at(i, n, kBlock);
      Eigen::MatrixXd decoded(at(end - begin), at(last - first));
      decode_tile(rows, 0, last - first, begin, end, tables.subspan(first), decoded);
      tile.block(0, at(begin), at(last - first), at(end - begin)) = decoded.transpose();
    });
    const auto used = tile.topRows(at(last - first));
    // One task a block of the lower triangle.
    context.threads->run(n_blocks * (n_blocks + 1) / 2, [&](std::size_t task, std::size_t) {
      std::size_t i = 0;
      while (task > i) task -= ++i;
      const std::size_t j = task;
      const auto [r0, r1] = base::chunk_at(i, n, kBlock);
      const auto [c0, c1] = base::chunk_at(j, n, kBlock);
      out.block(at(r0), at(c0), at(r1 - r0), at(c1 - c0)).noalias() +=
          used.middleCols(at(r0), at(r1 - r0)).transpose() * used.middleCols(at(c0), at(c1 - c0));
    });
  }
  out.triangularView<Eigen::StrictlyUpper>() = out.transpose();
  return out;
}

}  // namespace gcrisk::genotype
