// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gain.hpp"

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gcrisk::models::boosting {

namespace hn = hwy::HWY_NAMESPACE;

namespace {

constexpr std::size_t kVariants = SampleTiles::kVariants;

double shrink(double gradient, double l1) {
  return std::copysign(std::max(std::abs(gradient) - l1, 0.0), gradient);
}

// Of a node whose weight may be held back by bounds: what the weight saves.
double worth(double gradient, double hessian, const GainSettings& s, const Bounds& bounds) {
  const double g = shrink(gradient, s.l1);
  if (!bounds.active()) return g * g / (hessian + s.l2);
  const double weight = leaf_weight(gradient, hessian, s, bounds);
  return -(2 * g * weight + (hessian + s.l2) * weight * weight);
}

// A cut with `left` on its left side, or nothing where a side is too light.
struct Trial {
  const NodeTotals& node;
  const GainSettings& settings;
  double whole;

  Trial(const NodeTotals& n, const GainSettings& s)
      : node(n),
        settings(s),
        whole(worth(n.gradient(n.sums.gradient), n.hessian(n.sums.hessian), s, n.bounds)) {}

  double gain(const Sums& left, int direction) const {
    const double g_left = node.gradient(left.gradient);
    const double h_left = node.hessian(left.hessian);
    const double g_right = node.gradient(node.sums.gradient - left.gradient);
    const double h_right = node.hessian(node.sums.hessian - left.hessian);
    if (!(h_left > 0) || !(h_right > 0)) return -1;
    if (h_left < settings.min_child_weight || h_right < settings.min_child_weight) return -1;
    if (direction != 0 && (leaf_weight(g_right, h_right, settings, node.bounds) -
                           leaf_weight(g_left, h_left, settings, node.bounds)) *
                                  direction <
                              0) {
      return -1;
    }
    return worth(g_left, h_left, settings, node.bounds) +
           worth(g_right, h_right, settings, node.bounds) - whole;
  }
};

// Sums of what goes left at candidate c of a variant: cut 0 and 1 with missing calls on the right,
// then with missing calls on the left.
Sums left_of(const TileHistogram& h, bool has_missing, std::size_t v, unsigned c) {
  using enum TileHistogram::Plane;
  const auto at = [&](TileHistogram::Plane plane) {
    return Sums{h.gradient[plane][v], h.hessian[plane][v]};
  };
  if (!has_missing) return at(c == 0 ? kLow : kHigh);
  const Sums low = at(kLow);
  const Sums high = at(kHigh);
  const Sums both = at(kBoth);
  if (c == 0) return both;
  if (c == 1) return high;
  if (c == 2) return low;
  return {high.gradient + low.gradient - both.gradient, high.hessian + low.hessian - both.hessian};
}

// The best candidate of a tile as 4 * variant + candidate, or -1.
std::int32_t best_scored(const TileHistogram& h,
                         bool has_missing,
                         const NodeTotals& node,
                         const GainSettings& s,
                         const std::uint8_t* allowed) {
  const hn::CappedTag<float, 16> d;
  const hn::RebindToSigned<decltype(d)> di;
  const std::size_t lanes = hn::Lanes(d);
  const auto g_step = hn::Set(d, static_cast<float>(node.gradient_step));
  const auto h_step = hn::Set(d, static_cast<float>(node.hessian_step));
  const auto g_all = hn::Set(d, static_cast<float>(node.gradient(node.sums.gradient)));
  const auto h_all = hn::Set(d, static_cast<float>(node.hessian(node.sums.hessian)));
  const auto l1 = hn::Set(d, static_cast<float>(s.l1));
  const auto l2 = hn::Set(d, static_cast<float>(s.l2));
  const auto zero = hn::Zero(d);
  const auto least = hn::Set(
      d, std::max(static_cast<float>(s.min_child_weight), std::numeric_limits<float>::min()));
  const auto none = hn::Set(d, -1.0F);
  auto best = none;
  auto best_id = hn::Set(di, -1);

  const auto attempt = [&](auto g_int, auto h_int, std::size_t v, std::int32_t c) {
    const auto g_left = hn::Mul(hn::ConvertTo(d, g_int), g_step);
    const auto h_left = hn::Mul(hn::ConvertTo(d, h_int), h_step);
    const auto g_right = hn::Sub(g_all, g_left);
    const auto h_right = hn::Sub(h_all, h_left);
    const auto t_left = hn::Max(hn::Sub(hn::Abs(g_left), l1), zero);
    const auto t_right = hn::Max(hn::Sub(hn::Abs(g_right), l1), zero);
    const auto score = hn::Add(hn::Div(hn::Mul(t_left, t_left), hn::Add(h_left, l2)),
                               hn::Div(hn::Mul(t_right, t_right), hn::Add(h_right, l2)));
    const auto better =
        hn::And(hn::And(hn::Ge(h_left, least), hn::Ge(h_right, least)), hn::Gt(score, best));
    best = hn::IfThenElse(better, score, best);
    const auto id = hn::Iota(di, static_cast<std::int32_t>(0));
    const auto here =
        hn::Add(hn::ShiftLeft<2>(id), hn::Set(di, static_cast<std::int32_t>(4 * v) + c));
    best_id = hn::IfThenElse(hn::RebindMask(di, better), here, best_id);
  };
  alignas(64) std::array<float, kVariants> masked;
  using enum TileHistogram::Plane;
  for (std::size_t v = 0; v < kVariants; v += lanes) {
    const auto before = best;
    const auto before_id = best_id;
    const auto g_low = hn::LoadU(di, h.gradient[kLow] + v);
    const auto h_low = hn::LoadU(di, h.hessian[kLow] + v);
    const auto g_high = hn::LoadU(di, h.gradient[kHigh] + v);
    const auto h_high = hn::LoadU(di, h.hessian[kHigh] + v);
    if (has_missing) {
      const auto g_both = hn::LoadU(di, h.gradient[kBoth] + v);
      const auto h_both = hn::LoadU(di, h.hessian[kBoth] + v);
      attempt(g_both, h_both, v, 0);
      attempt(g_high, h_high, v, 1);
      attempt(g_low, h_low, v, 2);
      attempt(
          hn::Sub(hn::Add(g_high, g_low), g_both), hn::Sub(hn::Add(h_high, h_low), h_both), v, 3);
    } else {
      attempt(g_low, h_low, v, 0);
      attempt(g_high, h_high, v, 1);
    }
    if (allowed != nullptr) {
      for (std::size_t i = 0; i < lanes; ++i) masked[i] = allowed[v + i] != 0 ? 1.0F : 0.0F;
      const auto keep = hn::Gt(hn::Load(d, masked.data()), zero);
      best = hn::IfThenElse(keep, best, before);
      best_id = hn::IfThenElse(hn::RebindMask(di, keep), best_id, before_id);
    }
  }
  alignas(64) std::array<float, 16> scores;
  alignas(64) std::array<std::int32_t, 16> ids;
  hn::Store(best, d, scores.data());
  hn::Store(best_id, di, ids.data());
  std::int32_t winner = -1;
  float score = -1;
  for (std::size_t i = 0; i < lanes; ++i) {
    if (ids[i] < 0) continue;
    if (scores[i] > score || (scores[i] == score && ids[i] < winner)) {
      winner = ids[i];
      score = scores[i];
    }
  }
  return winner;
}

// The same where weights are bound, one candidate after the other.
std::int32_t best_bounded(const TileHistogram& h,
                          bool has_missing,
                          const Trial& trial,
                          const std::uint8_t* allowed) {
  std::int32_t winner = -1;
  double best = -1;
  for (std::size_t v = 0; v < kVariants; ++v) {
    if (allowed != nullptr && allowed[v] == 0) continue;
    for (unsigned c = 0; c < (has_missing ? 4U : 2U); ++c) {
      const double gain = trial.gain(left_of(h, has_missing, v, c), 0);
      if (gain > best) {
        best = gain;
        winner = static_cast<std::int32_t>(4 * v + c);
      }
    }
  }
  return winner;
}

// Where nothing was missing at a node, missing values follow the heavier side.
bool default_left(const NodeTotals& node, const Sums& left) {
  return 2 * left.hessian > node.sums.hessian;
}

}  // namespace

double leaf_weight(double gradient, double hessian, const GainSettings& settings) {
  return -shrink(gradient, settings.l1) / (hessian + settings.l2);
}

double leaf_weight(double gradient,
                   double hessian,
                   const GainSettings& settings,
                   const Bounds& bounds) {
  return std::clamp(leaf_weight(gradient, hessian, settings), bounds.low, bounds.high);
}

BoostedSplit best_in_tile(const TileHistogram& histogram,
                          bool has_missing,
                          const NodeTotals& node,
                          const GainSettings& settings,
                          const std::uint8_t* allowed) {
  const Trial trial(node, settings);
  const std::int32_t winner = node.bounds.active()
                                  ? best_bounded(histogram, has_missing, trial, allowed)
                                  : best_scored(histogram, has_missing, node, settings, allowed);
  BoostedSplit out;
  if (winner < 0) return out;
  const auto v = static_cast<std::size_t>(winner / 4);
  const auto c = static_cast<unsigned>(winner % 4);
  out.left = left_of(histogram, has_missing, v, c);
  out.gain = trial.gain(out.left, 0);
  out.feature = static_cast<std::uint32_t>(v);
  out.bin = static_cast<std::uint8_t>(c % 2);
  const bool any_missing = has_missing && histogram.hessian[TileHistogram::kLow][v] !=
                                              histogram.hessian[TileHistogram::kBoth][v];
  out.missing_left = any_missing ? c >= 2 : default_left(node, out.left);
  return out;
}

BoostedSplit best_in_column(const Sums* histogram,
                            std::size_t n_bins,
                            const NodeTotals& node,
                            const GainSettings& settings,
                            int direction) {
  const Trial trial(node, settings);
  const Sums missing = histogram[trees::BinnedColumn::kMissingBin];
  const bool any_missing = missing.hessian != 0 || missing.gradient != 0;
  BoostedSplit best;
  Sums left;
  const auto attempt = [&](const Sums& sums, std::size_t b, bool missing_left) {
    const double gain = trial.gain(sums, direction);
    if (gain > best.gain) {
      best.gain = gain;
      best.bin = static_cast<std::uint8_t>(b);
      best.missing_left = missing_left;
      best.left = sums;
    }
  };
  for (std::size_t b = 0; b + 1 < n_bins; ++b) {
    if (histogram[b].hessian == 0 && histogram[b].gradient == 0) continue;
    left.gradient += histogram[b].gradient;
    left.hessian += histogram[b].hessian;
    attempt(left, b, any_missing ? false : default_left(node, left));
    if (any_missing) {
      attempt({left.gradient + missing.gradient, left.hessian + missing.hessian}, b, true);
    }
  }
  return best;
}

}  // namespace gcrisk::models::boosting
