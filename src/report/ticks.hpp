// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gcrisk/report/chart.hpp"

namespace gcrisk::report {

// An axis once its data are known: ends, ticks, and the way from a value to [0, 1].
struct ScaledAxis {
  double min = 0;
  double max = 1;
  bool log = false;
  std::vector<std::pair<double, std::string>> ticks;

  double share(double value) const;  // 0 at min, 1 at max; NaN for what a log axis cannot show
};

// `low` and `high` are the ends of the data (NaN: none).
ScaledAxis scale_axis(const Axis& axis, double low, double high);

}  // namespace gcrisk::report
