// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "backends/eigen/gates.hpp"

#include <hwy/highway.h>
// After highway.h, which it extends.
#include <hwy/contrib/math/math-inl.h>

#include <algorithm>
#include <cmath>

namespace gcrisk::backends::eigen {

namespace {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr std::size_t kLanes = hn::MaxLanes(D());

V sigmoid(V x) {
  const D d;
  const V one = hn::Set(d, 1.0F);
  return hn::Div(
      one, hn::Add(one, hn::Exp(d, hn::Neg(hn::Clamp(x, hn::Set(d, -80.0F), hn::Set(d, 80.0F))))));
}
// 2 sigmoid(2x) - 1.
V tanh(V x) {
  const D d;
  const V y = sigmoid(hn::Add(x, x));
  return hn::Sub(hn::Add(y, y), hn::Set(d, 1.0F));
}

// Calls `work(offset, lanes)` for registers, the last of which may be filled partly.
template <typename Work>
void for_registers(std::size_t n, const Work& work) {
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) work(i, kLanes);
  if (i < n) work(i, n - i);
}

V load(const float* from, std::size_t n) {
  if (n == kLanes) return hn::LoadU(D(), from);
  alignas(64) float lanes[kLanes] = {};
  std::copy_n(from, n, lanes);
  return hn::Load(D(), lanes);
}
void store(V values, float* to, std::size_t n) {
  if (n == kLanes) {
    hn::StoreU(values, D(), to);
    return;
  }
  alignas(64) float lanes[kLanes];
  hn::Store(values, D(), lanes);
  std::copy_n(lanes, n, to);
}

}  // namespace

void lstm_forward(std::size_t n, float* gates, const float* before, float* cell, float* state) {
  for_registers(n, [&](std::size_t i, std::size_t lanes) {
    const V in = sigmoid(load(gates + i, lanes));
    const V forget = sigmoid(load(gates + n + i, lanes));
    const V candidate = tanh(load(gates + 2 * n + i, lanes));
    const V out = sigmoid(load(gates + 3 * n + i, lanes));
    const V c = hn::MulAdd(forget, load(before + i, lanes), hn::Mul(in, candidate));
    store(in, gates + i, lanes);
    store(forget, gates + n + i, lanes);
    store(candidate, gates + 2 * n + i, lanes);
    store(out, gates + 3 * n + i, lanes);
    store(c, cell + i, lanes);
    store(hn::Mul(out, tanh(c)), state + i, lanes);
  });
}

void lstm_backward(std::size_t n,
                   const float* gates,
                   const float* before,
                   const float* cell,
                   const float* d_state,
                   float* d_cell,
                   float* d_gates) {
  const V one = hn::Set(D(), 1.0F);
  for_registers(n, [&](std::size_t i, std::size_t lanes) {
    const V in = load(gates + i, lanes);
    const V forget = load(gates + n + i, lanes);
    const V candidate = load(gates + 2 * n + i, lanes);
    const V out = load(gates + 3 * n + i, lanes);
    const V squashed = tanh(load(cell + i, lanes));
    const V dh = load(d_state + i, lanes);
    const V dc = hn::MulAdd(
        hn::Mul(dh, out), hn::Sub(one, hn::Mul(squashed, squashed)), load(d_cell + i, lanes));
    store(hn::Mul(hn::Mul(dc, candidate), hn::Mul(in, hn::Sub(one, in))), d_gates + i, lanes);
    store(hn::Mul(hn::Mul(dc, load(before + i, lanes)), hn::Mul(forget, hn::Sub(one, forget))),
          d_gates + n + i,
          lanes);
    store(hn::Mul(hn::Mul(dc, in), hn::Sub(one, hn::Mul(candidate, candidate))),
          d_gates + 2 * n + i,
          lanes);
    store(hn::Mul(hn::Mul(dh, squashed), hn::Mul(out, hn::Sub(one, out))),
          d_gates + 3 * n + i,
          lanes);
    store(hn::Mul(dc, forget), d_cell + i, lanes);
  });
}

}  // namespace gcrisk::backends::eigen
