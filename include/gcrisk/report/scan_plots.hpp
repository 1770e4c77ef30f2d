// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/report/chart.hpp"

namespace gcrisk::report {

// Manhattan and quantile-quantile plots of a scan, fed one variant after the other in the order
// of the file. Memory is bounded whatever the number of variants: of points that would cover each
// other one is kept, and p-values are counted in fine bins (1/512 of a power of ten), with the
// smallest 2,000 kept exactly. The result depends on the variants and their order alone.
class ScanPlots {
 public:
  ScanPlots();

  // `minus_log10_p` may be beyond what a p-value can say as a double; NaN (not tested) is counted
  // and otherwise ignored. Variants of one chromosome stand together.
  void add(std::string_view chromosome,
           std::int64_t position_bp,
           std::string_view id,
           double minus_log10_p);

  std::uint64_t n_tested() const noexcept { return n_tested_; }
  // Genomic inflation: median of the 1-df chi-square statistics over 0.4549 (Devlin and Roeder
  // 1999). NaN where nothing was tested.
  double lambda_gc() const;

  // `significant` and `suggestive` are p-values at which lines are drawn (0: none).
  Chart manhattan(const std::string& title,
                  double significant = 5e-8,
                  double suggestive = 1e-5) const;
  // Observed against expected −log10 p with the 95 % band of order statistics (Beta(i, n+1−i)).
  Chart qq(const std::string& title) const;

 private:
  struct Point {
    double x;
    double y;
    std::uint32_t chromosome;
  };
  struct Hit {
    double x;
    double y;
    std::uint32_t chromosome;
    std::string id;
    std::int64_t position_bp;
  };
  struct Span {
    std::string name;
    double begin;  // on the joint axis
    std::int64_t first_bp;
    std::int64_t last_bp;
  };
  void thin();

  std::vector<Span> chromosomes_;
  std::vector<Point> points_;
  std::vector<Hit> hits_;  // the ten smallest p-values
  std::vector<std::uint64_t> bins_;
  std::vector<double> smallest_;  // a heap of the largest −log10 p
  std::uint64_t n_tested_ = 0;
  std::size_t limit_;
  double cell_x_ = 1;
  static constexpr std::size_t kRows = 512;
  std::array<std::uint64_t, kRows> last_column_;  // that a point of each row was kept in
};

}  // namespace gcrisk::report
