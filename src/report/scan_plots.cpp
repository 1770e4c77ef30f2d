// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/report/scan_plots.hpp"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "gcrisk/base/text.hpp"

namespace gcrisk::report {

namespace {

constexpr std::size_t kMostPoints = 12000;  // drawn; about 200 kB of SVG
constexpr std::size_t kExact = 2000;        // smallest p-values that are kept as they are
constexpr std::size_t kHits = 10;
constexpr double kBinsPerUnit = 512;
constexpr std::size_t kBins = 16384;  // up to 32 powers of ten; beyond that among the smallest
constexpr double kCellY = 1.0 / 24;   // of −log10 p: about half a point's width

double chi_square_of(double minus_log10_p) {
  const double p = std::pow(10.0, -minus_log10_p);
  if (p >= 1) return 0;
  return boost::math::quantile(boost::math::complement(boost::math::chi_squared(1), p));
}

}  // namespace

ScanPlots::ScanPlots() : bins_(kBins, 0), limit_(4 * kMostPoints) {
  points_.reserve(limit_);
  last_column_.fill(std::numeric_limits<std::uint64_t>::max());
}

void ScanPlots::add(std::string_view chromosome,
                    std::int64_t position_bp,
                    std::string_view id,
                    double minus_log10_p) {
  if (chromosomes_.empty() || chromosomes_.back().name != chromosome) {
    double begin = 0;
    if (!chromosomes_.empty()) {
      const Span& last = chromosomes_.back();
      begin = last.begin + static_cast<double>(last.last_bp - last.first_bp) * 1.02 + 1;
    }
    chromosomes_.push_back({std::string(chromosome), begin, position_bp, position_bp});
  }
  Span& span = chromosomes_.back();
  span.last_bp = std::max(span.last_bp, position_bp);
  if (std::isnan(minus_log10_p)) return;
  const double y = std::max(0.0, minus_log10_p);
  const double x = span.begin + static_cast<double>(position_bp - span.first_bp);
  const auto number = static_cast<std::uint32_t>(chromosomes_.size() - 1);

  ++n_tested_;
  ++bins_[std::min(kBins - 1, static_cast<std::size_t>(std::min(y, 1e6) * kBinsPerUnit))];
  const auto above = std::greater<double>();
  if (smallest_.size() < kExact) {
    smallest_.push_back(y);
    std::push_heap(smallest_.begin(), smallest_.end(), above);
  } else if (y > smallest_.front()) {
    std::pop_heap(smallest_.begin(), smallest_.end(), above);
    smallest_.back() = y;
    std::push_heap(smallest_.begin(), smallest_.end(), above);
  }
  if (hits_.size() < kHits || y > hits_.back().y) {
    const auto at = std::upper_bound(
        hits_.begin(), hits_.end(), y, [](double value, const Hit& hit) { return value > hit.y; });
    hits_.insert(at, {x, y, number, std::string(id), position_bp});
    if (hits_.size() > kHits) hits_.pop_back();
  }
  // Behind the first thinning most points fall into a cell that the last one of their row took.
  const auto column = static_cast<std::uint64_t>(std::max(0.0, x) / cell_x_);
  const auto row = static_cast<std::size_t>(std::min(y / kCellY, kRows - 1.0));
  if (last_column_[row] == column && cell_x_ > 1 && y < 20) return;
  last_column_[row] = column;
  points_.push_back({x, y, number});
  if (points_.size() >= limit_) thin();
}

// Keeps the first point of every cell and doubles the cells until few enough are left.
void ScanPlots::thin() {
  constexpr double kMostColumns = 4096;  // more than that can never all be kept
  constexpr double kHighestRow = 2047;   // what is above lies in it
  const auto by_x = [](const Point& a, const Point& b) { return a.x < b.x; };
  const auto [first, last] = std::minmax_element(points_.begin(), points_.end(), by_x);
  const double begin = first->x;
  const double range = last->x - begin;
  double top = 0;
  for (const Point& point : points_) top = std::max(top, point.y);
  const auto row_of = [&](double y) {
    return static_cast<std::size_t>(std::min(y / kCellY, kHighestRow));
  };
  const std::size_t n_rows = row_of(top) + 1;
  std::vector<bool> taken;
  while (points_.size() > kMostPoints) {
    while (cell_x_ < range / kMostColumns) cell_x_ *= 2;
    taken.assign((static_cast<std::size_t>(range / cell_x_) + 1) * n_rows, false);
    std::size_t kept = 0;
    for (const Point& point : points_) {
      const auto column = static_cast<std::size_t>((point.x - begin) / cell_x_);
      const std::size_t cell = column * n_rows + row_of(point.y);
      if (taken[cell]) continue;
      taken[cell] = true;
      points_[kept++] = point;
    }
    points_.resize(kept);
    if (kept > kMostPoints) cell_x_ *= 2;
  }
  last_column_.fill(std::numeric_limits<std::uint64_t>::max());
}

double ScanPlots::lambda_gc() const {
  if (n_tested_ == 0) return std::numeric_limits<double>::quiet_NaN();
  // The median p-value, interpolated inside its bin.
  const double half = static_cast<double>(n_tested_) / 2;
  double below = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    const auto here = static_cast<double>(bins_[bin]);
    if (here > 0 && below + here >= half) {
      const double y = (static_cast<double>(bin) + (half - below) / here) / kBinsPerUnit;
      return chi_square_of(y) / 0.45493642311957283;
    }
    below += here;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

Chart ScanPlots::manhattan(const std::string& title, double significant, double suggestive) const {
  Chart chart(title,
              base::format_count(n_tested_) +
                  " variants by position; the height is minus log10 of "
                  "the p-value");
  chart.width = 1080;
  chart.height = 400;
  chart.y().title = "\u2212log10 p";
  chart.y().min = 0;
  chart.x.title = chromosomes_.size() > 1 ? "chromosome" : "position (Mb)";
  chart.x.grid = false;
  if (chromosomes_.size() > 1) {
    for (const Span& span : chromosomes_) {
      chart.x.ticks.emplace_back(span.begin + static_cast<double>(span.last_bp - span.first_bp) / 2,
                                 span.name);
    }
  }
  double top = 1;
  for (const Hit& hit : hits_) top = std::max(top, hit.y);
  const auto threshold = [&](double p, int colour) {
    if (!(p > 0)) return;
    top = std::max(top, -std::log10(p) * 1.04);
    chart.add({.kind = MarkKind::kHorizontal,
               .name = "p = " + base::format_number(p),
               .y = {-std::log10(p)},
               .colour = colour,
               .dashed = true});
  };
  threshold(significant, 1);
  threshold(suggestive, kMuted);
  chart.y().max = top * 1.04;

  const double unit = chromosomes_.size() > 1 ? 1 : 1e-6;
  const double shift =
      chromosomes_.size() == 1 ? static_cast<double>(chromosomes_.front().first_bp) : 0;
  if (!chromosomes_.empty()) {
    const Span& last = chromosomes_.back();
    const double end = last.begin + static_cast<double>(last.last_bp - last.first_bp);
    const double room = std::max(1.0, end * 0.008);
    chart.x.min = (shift - room) * unit;
    chart.x.max = (shift + end + room) * unit;
  }
  for (const std::uint32_t parity : {0U, 1U}) {
    Mark mark{.kind = MarkKind::kPoints, .colour = parity == 0 ? 0 : 6, .size = 1.7};
    for (const Point& point : points_) {
      if (point.chromosome % 2 != parity) continue;
      mark.x.push_back((point.x + shift) * unit);
      mark.y.push_back(point.y);
    }
    chart.add(std::move(mark));
  }
  Mark hits{.kind = MarkKind::kPoints, .colour = 1, .size = 3.2};
  Mark names{.kind = MarkKind::kText, .colour = kInk, .size = 11};
  std::vector<double> named;
  for (const Hit& hit : hits_) {
    if (hit.y < 3) continue;
    const double x = (hit.x + shift) * unit;
    hits.x.push_back(x);
    hits.y.push_back(hit.y);
    hits.labels.push_back(hit.id + " (" + chromosomes_[hit.chromosome].name + ":" +
                          base::format_count(static_cast<std::uint64_t>(hit.position_bp)) +
                          "), −log10 p " + base::format_number(hit.y, 4));
    // Names that would stand on each other: the first, which is the strongest, is written.
    const double room = 0.08 * (chart.x.max - chart.x.min);
    if (std::any_of(
            named.begin(), named.end(), [&](double other) { return std::abs(other - x) < room; })) {
      continue;
    }
    named.push_back(x);
    names.x.push_back(x);
    names.y.push_back(hit.y + top * 0.025);
    names.labels.push_back(hit.id);
  }
  if (!hits.x.empty()) chart.add(std::move(hits)).add(std::move(names));
  return chart;
}

Chart ScanPlots::qq(const std::string& title) const {
  Chart chart(title,
              "observed against expected minus log10 p of " + base::format_count(n_tested_) +
                  " variants; genomic inflation " + base::format_number(lambda_gc(), 4));
  chart.square = true;
  chart.width = 460;
  chart.x.title = "expected \u2212log10 p";
  chart.y().title = "observed \u2212log10 p";
  chart.x.min = 0;
  chart.y().min = 0;
  if (n_tested_ == 0) return chart;
  const auto n = static_cast<double>(n_tested_);
  const auto expected = [&](double rank) { return -std::log10((rank - 0.5) / n); };

  Mark band{.kind = MarkKind::kBand, .name = "95 % of chance", .colour = kMuted};
  for (double rank = 1; rank < n; rank = std::max(rank + 1, std::floor(rank * 1.25))) {
    const boost::math::beta_distribution<double> order(rank, n + 1 - rank);
    band.x.push_back(expected(rank));
    band.low.push_back(-std::log10(boost::math::quantile(order, 0.975)));
    band.high.push_back(-std::log10(boost::math::quantile(order, 0.025)));
  }
  chart.add(std::move(band));
  chart.add({.kind = MarkKind::kSlope, .low = {0}, .high = {1}, .colour = kMuted, .dashed = true});

  Mark observed{.kind = MarkKind::kPoints, .colour = 0, .size = 1.9};
  std::vector<double> exact = smallest_;
  std::sort(exact.begin(), exact.end(), std::greater<>());
  double last_x = 1e9;
  double last_y = 1e9;
  const auto put = [&](double rank, double y) {
    const double x = expected(rank);
    if (std::abs(x - last_x) < 0.004 && std::abs(y - last_y) < 0.02) return;
    observed.x.push_back(last_x = x);
    observed.y.push_back(last_y = y);
  };
  for (std::size_t i = 0; i < exact.size(); ++i) put(static_cast<double>(i) + 1, exact[i]);
  // Below the exact ones, each bin at the rank of its middle.
  double rank = 0;
  for (std::size_t bin = kBins; bin-- > 0;) {
    const auto here = static_cast<double>(bins_[bin]);
    const double middle = rank + (here + 1) / 2;
    rank += here;
    if (here > 0 && middle > static_cast<double>(exact.size())) {
      put(middle, (static_cast<double>(bin) + 0.5) / kBinsPerUnit);
    }
  }
  chart.x.max = expected(1) * 1.03;
  chart.y().max = std::max(exact.front(), expected(1)) * 1.05;
  chart.add(std::move(observed));
  chart.add({.kind = MarkKind::kText,
             .x = {chart.x.max * 0.97},
             .y = {chart.y().max * 0.05},
             .labels = {"\u03bb = " + base::format_number(lambda_gc(), 4)},
             .colour = kInk,
             .size = 13,
             .anchor = "end"});
  return chart;
}

}  // namespace gcrisk::report
