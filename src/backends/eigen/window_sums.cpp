// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "backends/eigen/window_sums.hpp"

#include <hwy/highway.h>

#include <algorithm>

namespace gcrisk::backends::eigen {

namespace {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr std::size_t kLanes = hn::MaxLanes(D());

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

// N registers; the last one holds `last` numbers.
template <int N>
void sum(const float* HWY_RESTRICT rows,
         const Scaled* entries,
         std::size_t n,
         std::size_t last,
         float* HWY_RESTRICT out) {
  const D d;
  V total[N];
  for (int v = 0; v < N; ++v) {
    total[v] = v + 1 < N || last == kLanes ? hn::LoadU(d, out + v * kLanes)
                                           : load_some(out + v * kLanes, last);
  }
  for (std::size_t e = 0; e < n; ++e) {
    const V scale = hn::Set(d, entries[e].scale);
    const float* row = rows + entries[e].offset;
    for (int v = 0; v < N; ++v)
      total[v] = hn::MulAdd(scale, hn::LoadU(d, row + v * kLanes), total[v]);
  }
  for (int v = 0; v < N; ++v) {
    if (v + 1 < N || last == kLanes) {
      hn::StoreU(total[v], d, out + v * kLanes);
    } else {
      store_some(total[v], out + v * kLanes, last);
    }
  }
}

using Sum = void (*)(const float*, const Scaled*, std::size_t, std::size_t, float*);
constexpr Sum kSums[] = {
    sum<1>, sum<2>, sum<3>, sum<4>, sum<5>, sum<6>, sum<7>, sum<8>, sum<9>, sum<10>};
constexpr std::size_t kMost = 10 * kLanes;

}  // namespace

void add_scaled_rows(const float* rows,
                     std::span<const Scaled> entries,
                     std::size_t width,
                     float* out) {
  if (entries.empty()) return;
  for (std::size_t at = 0; at < width; at += kMost) {
    const std::size_t part = std::min(kMost, width - at);
    const std::size_t registers = (part + kLanes - 1) / kLanes;
    kSums[registers - 1](
        rows + at, entries.data(), entries.size(), part - (registers - 1) * kLanes, out + at);
  }
}

}  // namespace gcrisk::backends::eigen
