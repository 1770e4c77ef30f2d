// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gini_cuts.hpp"

#include <hwy/highway.h>

#include <limits>

namespace gcrisk::models::trees {

namespace hn = hwy::HWY_NAMESPACE;

namespace {

const hn::CappedTag<double, GiniCuts::kMost> kTag;
using Doubles = hn::Vec<decltype(kTag)>;
constexpr std::size_t kLanes = hn::MaxLanes(kTag);

double first(std::uint64_t counts) { return static_cast<double>(counts & 0xffffffffU); }
double second(std::uint64_t counts) { return static_cast<double>(counts >> 32); }

}  // namespace

void GiniCuts::find(std::span<const ClassCounts> counts, Cut* out) const {
  // Left sides of the cuts behind bins 0 and 1, by class.
  alignas(64) std::array<std::array<std::array<double, kMost>, 2>, 2> left{};
  alignas(64) std::array<std::array<double, kMost>, 2> gains;
  alignas(64) std::array<std::array<double, kMost>, 2> sizes;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const std::uint64_t none = counts[k][genotype::kHomA2];
    const std::uint64_t one = none + counts[k][genotype::kHet];
    left[0][0][k] = first(none);
    left[0][1][k] = second(none);
    left[1][0][k] = first(one);
    left[1][1][k] = second(one);
  }
  const Doubles weight0 = hn::Set(kTag, weights_[0]);
  const Doubles weight1 = hn::Set(kTag, weights_[1]);
  const Doubles total0 = hn::Set(kTag, total_[0]);
  const Doubles total1 = hn::Set(kTag, total_[1]);
  const Doubles least = hn::Set(kTag, std::max(min_leaf_, 1.0));
  const auto gini = [&](Doubles n0, Doubles n1) {
    const Doubles w0 = hn::Mul(weight0, n0);
    const Doubles w1 = hn::Mul(weight1, n1);
    return hn::Div(hn::Add(hn::Mul(w0, w0), hn::Mul(w1, w1)), hn::Add(w0, w1));
  };
  for (std::size_t cut = 0; cut < 2; ++cut) {
    for (std::size_t k = 0; k < counts.size(); k += kLanes) {
      const Doubles l0 = hn::Load(kTag, left[cut][0].data() + k);
      const Doubles l1 = hn::Load(kTag, left[cut][1].data() + k);
      const Doubles r0 = hn::Sub(total0, l0);
      const Doubles r1 = hn::Sub(total1, l1);
      const Doubles n_left = hn::Add(l0, l1);
      const auto both = hn::And(hn::Ge(n_left, least), hn::Ge(hn::Add(r0, r1), least));
      const Doubles gain = hn::Sub(hn::Add(gini(l0, l1), gini(r0, r1)), hn::Set(kTag, whole_));
      hn::Store(hn::IfThenElse(both, gain, hn::Set(kTag, -std::numeric_limits<double>::infinity())),
                kTag,
                gains[cut].data() + k);
      hn::Store(n_left, kTag, sizes[cut].data() + k);
    }
  }
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k][genotype::kMissing] != 0) {
      out[k] = with_missing(counts[k]);
      continue;
    }
    const std::size_t cut = gains[1][k] > gains[0][k] ? 1 : 0;
    const double n_left = sizes[cut][k];
    out[k] = {gains[cut][k],
              cut,
              n_left > total_[0] + total_[1] - n_left,
              gains[cut][k] > -std::numeric_limits<double>::infinity()};
  }
}

// Each cut is tried with the missing samples on either side.
Cut GiniCuts::with_missing(const ClassCounts& counts) const {
  const std::uint64_t missing = counts[genotype::kMissing];
  const std::uint64_t none = counts[genotype::kHomA2];
  const std::uint64_t one = none + counts[genotype::kHet];
  const auto gini = [&](double n0, double n1) {
    const double w0 = weights_[0] * n0;
    const double w1 = weights_[1] * n1;
    return (w0 * w0 + w1 * w1) / (w0 + w1);
  };
  Cut best;
  const auto attempt = [&](std::uint64_t left, std::size_t bin, bool missing_left) {
    const double l0 = first(left);
    const double l1 = second(left);
    const double r0 = total_[0] - l0;
    const double r1 = total_[1] - l1;
    if (l0 + l1 < std::max(min_leaf_, 1.0) || r0 + r1 < std::max(min_leaf_, 1.0)) return;
    const double gain = gini(l0, l1) + gini(r0, r1) - whole_;
    if (!best.found || gain > best.gain) best = {gain, bin, missing_left, true};
  };
  attempt(none, 0, false);
  attempt(none + missing, 0, true);
  attempt(one, 1, false);
  attempt(one + missing, 1, true);
  return best;
}

}  // namespace gcrisk::models::trees
