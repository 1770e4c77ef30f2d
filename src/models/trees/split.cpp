// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "split.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace gcrisk::models::trees {

double Purity::operator()(std::span<const double> stats) const {
  if (criterion_ == Criterion::kVariance) {
    return stats[0] > 0 ? stats[1] * stats[1] / stats[0] : 0;
  }
  double total = 0;
  double sum = 0;
  for (std::size_t c = 0; c < stats.size(); ++c) {
    const double n = class_weights_.empty() ? stats[c] : class_weights_[c] * stats[c];
    total += n;
    if (criterion_ == Criterion::kGini) {
      sum += n * n;
    } else if (n > 0) {
      sum += n * std::log(n);
    }
  }
  if (!(total > 0)) return 0;
  return criterion_ == Criterion::kGini ? sum / total : sum - total * std::log(total);
}

double Purity::size(std::span<const double> stats) const {
  if (criterion_ == Criterion::kVariance) return stats[0];
  double n = 0;
  for (const double s : stats) n += s;
  return n;
}

void Purity::leaf_values(std::span<const double> stats, double* values) const {
  if (criterion_ == Criterion::kVariance) {
    values[0] = stats[1] / stats[0];
    return;
  }
  double total = 0;
  for (std::size_t c = 0; c < stats.size(); ++c) {
    values[c] = class_weights_.empty() ? stats[c] : class_weights_[c] * stats[c];
    total += values[c];
  }
  for (std::size_t c = 0; c < stats.size(); ++c) values[c] /= total;
}

Cut best_cut(std::span<const double> bins,
             std::span<const double> missing,
             std::span<const double> total,
             const Purity& purity,
             double min_leaf,
             std::ptrdiff_t only_bin) {
  const std::size_t k = total.size();
  const std::size_t n_bins = bins.size() / k;
  std::array<double, 64> small{};
  std::vector<double> large;
  double* prefix = small.data();
  if (3 * k > small.size()) {
    large.resize(3 * k);
    prefix = large.data();
  }
  double* left = prefix + k;
  double* right = left + k;

  Cut best;
  const double whole = purity(total);
  const double n_total = purity.size(total);
  const double n_missing = purity.size(missing);
  for (std::size_t b = 0; b + 1 < n_bins; ++b) {
    for (std::size_t c = 0; c < k; ++c) prefix[c] += bins[b * k + c];
    if (only_bin >= 0 && b != static_cast<std::size_t>(only_bin)) continue;
    for (const bool missing_left : {false, true}) {
      if (missing_left && n_missing == 0) break;
      for (std::size_t c = 0; c < k; ++c) {
        left[c] = prefix[c] + (missing_left ? missing[c] : 0);
        right[c] = total[c] - left[c];
      }
      const double n_left = purity.size({left, k});
      const double n_right = n_total - n_left;
      if (n_left < min_leaf || n_right < min_leaf || n_left <= 0 || n_right <= 0) continue;
      const double gain = purity({left, k}) + purity({right, k}) - whole;
      if (!best.found || gain > best.gain) {
        best = {gain, b, n_missing > 0 ? missing_left : n_left > n_right, true};
      }
    }
  }
  return best;
}

std::ptrdiff_t draw_cut(std::span<const double> bins,
                        std::size_t n_stats,
                        const Purity& purity,
                        base::Random& random) {
  const std::size_t n = bins.size() / n_stats;
  const auto filled = [&](std::size_t b) {
    return purity.size(bins.subspan(b * n_stats, n_stats)) > 0;
  };
  std::size_t low = 0;
  while (low < n && !filled(low)) ++low;
  std::size_t high = n;
  while (high > low && !filled(high - 1)) --high;
  if (high < low + 2) return -1;
  return static_cast<std::ptrdiff_t>(low + random.below(high - 1 - low));
}

bool is_pure(std::span<const double> total, const Purity& purity) {
  if (purity.criterion() == Criterion::kVariance) return false;
  return std::count_if(total.begin(), total.end(), [](double n) { return n > 0; }) < 2;
}

}  // namespace gcrisk::models::trees
