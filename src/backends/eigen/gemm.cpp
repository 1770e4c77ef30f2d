// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "backends/eigen/gemm.hpp"

#include <hwy/highway.h>

#include <algorithm>

namespace gcrisk::backends::eigen {

namespace {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr std::size_t kLanes = hn::MaxLanes(D());
constexpr std::size_t kColumns = 2 * kLanes;  // of a tile: two registers
constexpr std::size_t kRows = 6;              // of a tile: twelve sums in registers
constexpr std::size_t kDepth = 256;           // rows of a panel of B that is in the first cache
constexpr std::size_t kPackFrom = 12;         // rows of A that make packing worth while

// The first `n` lanes of memory, zeros behind them; and the way back.
V load_some(const float* from, std::size_t n) {
  alignas(64) float lanes[kLanes] = {};
  for (std::size_t i = 0; i < n; ++i) lanes[i] = from[i];
  return hn::Load(D(), lanes);
}
void store_some(V values, float* to, std::size_t n) {
  alignas(64) float lanes[kLanes];
  hn::Store(values, D(), lanes);
  for (std::size_t i = 0; i < n; ++i) to[i] = lanes[i];
}

// R × (1 or 2 registers) of C; the last register may be filled partly (`last` lanes).
template <int R, int N>
void tile(std::size_t k,
          const float* HWY_RESTRICT a,
          std::ptrdiff_t a_row,
          std::ptrdiff_t a_k,
          const float* HWY_RESTRICT b,
          std::ptrdiff_t b_row,
          float* HWY_RESTRICT c,
          std::ptrdiff_t ldc,
          std::size_t last,
          bool add) {
  const D d;
  V sum[R][N];
  const bool whole = last == kLanes;
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < N; ++v) {
      float* to = c + r * ldc + v * static_cast<std::ptrdiff_t>(kLanes);
      sum[r][v] = !add                   ? hn::Zero(d)
                  : (v + 1 < N || whole) ? hn::LoadU(d, to)
                                         : load_some(to, last);
    }
  }
  for (std::ptrdiff_t l = 0; l < static_cast<std::ptrdiff_t>(k); ++l) {
    V row[N];
    for (int v = 0; v < N; ++v) row[v] = hn::LoadU(d, b + l * b_row + v * kLanes);
    for (int r = 0; r < R; ++r) {
      const V x = hn::Set(d, a[r * a_row + l * a_k]);
      for (int v = 0; v < N; ++v) sum[r][v] = hn::MulAdd(x, row[v], sum[r][v]);
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < N; ++v) {
      float* to = c + r * ldc + v * static_cast<std::ptrdiff_t>(kLanes);
      if (v + 1 < N || whole) {
        hn::StoreU(sum[r][v], d, to);
      } else {
        store_some(sum[r][v], to, last);
      }
    }
  }
}

using Tile = void (*)(std::size_t,
                      const float*,
                      std::ptrdiff_t,
                      std::ptrdiff_t,
                      const float*,
                      std::ptrdiff_t,
                      float*,
                      std::ptrdiff_t,
                      std::size_t,
                      bool);
constexpr Tile kTiles[kRows][2] = {{tile<1, 1>, tile<1, 2>},
                                   {tile<2, 1>, tile<2, 2>},
                                   {tile<3, 1>, tile<3, 2>},
                                   {tile<4, 1>, tile<4, 2>},
                                   {tile<5, 1>, tile<5, 2>},
                                   {tile<6, 1>, tile<6, 2>}};

// Element (r, c); strides may be negative, written as std::size_t that wraps around.
const float* at(const MatrixIn& x, std::size_t r, std::size_t c) {
  return x.data + static_cast<std::ptrdiff_t>(r) * static_cast<std::ptrdiff_t>(x.row) +
         static_cast<std::ptrdiff_t>(c) * static_cast<std::ptrdiff_t>(x.column);
}

// depth × columns of B as depth rows of kColumns, zeros behind the last column.
void pack(const MatrixIn& b, std::size_t depth, std::size_t columns, float* out) {
  const D d;
  if (b.column == 1 && columns == kColumns) {
    for (std::size_t l = 0; l < depth; ++l) {
      for (std::size_t v = 0; v < kColumns; v += kLanes) {
        hn::StoreU(hn::LoadU(d, at(b, l, v)), d, out + l * kColumns + v);
      }
    }
    return;
  }
  for (std::size_t l = 0; l < depth; ++l) {
    for (std::size_t j = columns; j < kColumns; ++j) out[l * kColumns + j] = 0;
  }
  if (b.column == 1) {
    for (std::size_t l = 0; l < depth; ++l) {
      for (std::size_t j = 0; j < columns; ++j) out[l * kColumns + j] = *at(b, l, j);
    }
    return;
  }
  for (std::size_t l0 = 0; l0 < depth; l0 += 16) {  // sixteen numbers are a line of the cache
    const std::size_t l1 = std::min(depth, l0 + 16);
    for (std::size_t j = 0; j < columns; ++j) {
      for (std::size_t l = l0; l < l1; ++l) out[l * kColumns + j] = *at(b, l, j);
    }
  }
}

}  // namespace

void gemm(std::size_t m,
          std::size_t n,
          std::size_t k,
          MatrixIn a,
          MatrixIn b,
          float* c,
          std::size_t ldc,
          bool add) {
  if (k == 0) {
    for (std::size_t r = 0; r < m && !add; ++r) std::fill(c + r * ldc, c + r * ldc + n, 0.0F);
    return;
  }
  alignas(64) float panel[kDepth * kColumns];
  for (std::size_t l0 = 0; l0 < k; l0 += kDepth) {
    const std::size_t depth = std::min(kDepth, k - l0);
    const bool adding = add || l0 > 0;
    for (std::size_t j = 0; j < n; j += kColumns) {
      const std::size_t columns = std::min(kColumns, n - j);
      const int registers = columns > kLanes ? 2 : 1;
      const std::size_t last = columns - (registers - 1) * kLanes;
      const MatrixIn part = {at(b, l0, j), b.row, b.column};
      const float* rows = part.data;
      std::size_t rows_apart = b.row;
      // A ragged end is packed too, so that no load goes beyond B.
      if (m >= kPackFrom || b.column != 1 || last != kLanes) {
        pack(part, depth, columns, panel);
        rows = panel;
        rows_apart = kColumns;
      }
      for (std::size_t r = 0; r < m; r += kRows) {
        const std::size_t height = std::min(kRows, m - r);
        kTiles[height - 1][registers - 1](depth,
                                          at(a, r, l0),
                                          a.row,
                                          a.column,
                                          rows,
                                          rows_apart,
                                          c + r * ldc + j,
                                          ldc,
                                          last,
                                          adding);
      }
    }
  }
}

std::size_t packed_size(std::size_t n, std::size_t k) {
  return (n + kColumns - 1) / kColumns * kColumns * k;
}

void pack_panels(const float* b, std::size_t n, std::size_t k, float* packed) {
  for (std::size_t j = 0; j < n; j += kColumns) {
    pack({b + j, n, 1}, k, std::min(kColumns, n - j), packed + j * k);
  }
}

void gemm_packed(std::size_t m,
                 std::size_t n,
                 std::size_t k,
                 MatrixIn a,
                 const float* packed,
                 float* c,
                 std::size_t ldc) {
  for (std::size_t j = 0; j < n; j += kColumns) {
    const std::size_t columns = std::min(kColumns, n - j);
    const int registers = columns > kLanes ? 2 : 1;
    const std::size_t last = columns - (registers - 1) * kLanes;
    for (std::size_t l0 = 0; l0 < k; l0 += kDepth) {
      for (std::size_t r = 0; r < m; r += kRows) {
        kTiles[std::min(kRows, m - r) - 1][registers - 1](std::min(kDepth, k - l0),
                                                          at(a, r, l0),
                                                          a.row,
                                                          a.column,
                                                          packed + j * k + l0 * kColumns,
                                                          kColumns,
                                                          c + r * ldc + j,
                                                          ldc,
                                                          last,
                                                          l0 > 0);
      }
    }
  }
}

}  // namespace gcrisk::backends::eigen
