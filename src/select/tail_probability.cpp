// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "gcrisk/select/statistics.hpp"

namespace gcrisk::select {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kSmallest = 1e-300;  // below, a double begins to lose digits

// Leaves out what a policy would throw for: we ask only for values that exist.
using Quiet = boost::math::policies::policy<
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>>;

}  // namespace

double chi_square_p(double x, double df) {
  if (std::isnan(x) || std::isnan(df)) return kNaN;
  if (x <= 0) return 1;
  if (df == 1) return std::erfc(std::sqrt(x / 2));
  if (df == 2) return std::exp(-x / 2);
  return boost::math::gamma_q(df / 2, x / 2, Quiet());
}

double log10_chi_square_p(double x, double df) {
  return log10_chi_square_p(x, df, chi_square_p(x, df));
}

double log10_chi_square_p(double x, double df, double p) {
  if (std::isnan(p) || p > kSmallest) return std::log10(p);
  // Γ(a, y) = y^(a-1) e^-y (1 + (a-1)/y + (a-1)(a-2)/y² + …), here with y above 600.
  const double a = df / 2;
  const double y = x / 2;
  double term = 1;
  double sum = 1;
  for (int k = 1; k < 30; ++k) {
    term *= (a - k) / y;
    sum += term;
    if (std::abs(term) < 1e-17) break;
  }
  return ((a - 1) * std::log(y) - y - std::lgamma(a) + std::log(sum)) / std::log(10.0);
}

double t_squared_p(double t_squared, double df) {
  if (std::isnan(t_squared) || !(df > 0)) return kNaN;
  // P(|T| > t) = I(df / (df + t²); df/2, 1/2).
  return boost::math::ibeta(df / 2, 0.5, df / (df + t_squared), Quiet());
}

double log10_t_squared_p(double t_squared, double df, double p) {
  if (std::isnan(p) || p > kSmallest) return std::log10(p);
  // I(x; a, 1/2) = x^a F(a, 1/2; a + 1; x) / (a B(a, 1/2)) with the series of the hypergeometric
  // function F, which converges for x < 1.
  const double a = df / 2;
  const double x = df / (df + t_squared);
  double term = 1;
  double sum = 1;
  for (int k = 0; k < 100000; ++k) {
    term *= (a + k) * (0.5 + k) / ((a + 1 + k) * (k + 1)) * x;
    sum += term;
    if (term < 1e-16 * sum) break;
  }
  const double log_beta = std::lgamma(a) + std::lgamma(0.5) - std::lgamma(a + 0.5);
  return (a * std::log(x) - std::log(a) - log_beta + std::log(sum)) / std::log(10.0);
}

double chi_square_quantile(double p) {
  return boost::math::quantile(
      boost::math::complement(boost::math::chi_squared_distribution<double>(1), p));
}

double genomic_control_lambda(std::span<double> p) {
  if (p.empty()) return kNaN;
  const auto middle = p.begin() + static_cast<std::ptrdiff_t>(p.size() / 2);
  std::nth_element(p.begin(), middle, p.end());
  double median = *middle;
  if (p.size() % 2 == 0) median = (median + *std::max_element(p.begin(), middle)) / 2;
  if (!(median > 0)) return kNaN;
  return chi_square_quantile(std::min(median, 1.0)) / chi_square_quantile(0.5);
}

// By bytes, the lowest first: doubles that are not negative are in the order of their bits.
void sort_p_values(std::vector<double>& p) {
  constexpr std::size_t kBytes = sizeof(double);
  std::vector<std::array<std::size_t, 256>> begin(kBytes);
  const auto byte_of = [](double value, std::size_t i) {
    return std::bit_cast<std::uint64_t>(value) >> 8 * i & 255;
  };
  for (const double value : p) {
    for (std::size_t i = 0; i < kBytes; ++i) ++begin[i][byte_of(value, i)];
  }
  std::vector<double> moved(p.size());
  for (std::size_t i = 0; i < kBytes; ++i) {
    auto& place = begin[i];
    if (std::find(place.begin(), place.end(), p.size()) != place.end()) continue;  // all the same
    std::exclusive_scan(place.begin(), place.end(), place.begin(), std::size_t{0});
    for (const double value : p) moved[place[byte_of(value, i)]++] = value;
    p.swap(moved);
  }
}

std::vector<double> false_discovery_rates_of_sorted(std::span<const double> p) {
  std::vector<double> q(p.size());
  double smallest = 1;
  const auto n = static_cast<double>(p.size());
  for (std::size_t rank = p.size(); rank-- > 0;) {
    smallest = std::min(smallest, p[rank] * n / static_cast<double>(rank + 1));
    q[rank] = smallest;
  }
  return q;
}

std::vector<double> false_discovery_rates(std::span<const double> p) {
  std::vector<std::uint32_t> order(p.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return p[a] != p[b] ? p[a] < p[b] : a < b;
  });
  std::vector<double> sorted(p.size());
  for (std::size_t rank = 0; rank < p.size(); ++rank) sorted[rank] = p[order[rank]];
  const auto of_sorted = false_discovery_rates_of_sorted(sorted);
  std::vector<double> q(p.size());
  for (std::size_t rank = 0; rank < p.size(); ++rank) q[order[rank]] = of_sorted[rank];
  return q;
}

}  // namespace gcrisk::select
