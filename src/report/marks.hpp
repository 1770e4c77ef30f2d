// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ticks.hpp"

namespace gcrisk::report {

// Where a panel stands on the chart, in pixels.
struct Frame {
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;
  ScaledAxis x;
  ScaledAxis y;

  double px(double value) const { return left + x.share(value) * width; }
  double py(double value) const { return top + (1 - y.share(value)) * height; }
};

void draw_mark(std::string& out, const Mark& mark, const Frame& frame);

// The sample of a mark in the legend, at (x, y), 20 pixels wide.
void draw_key(std::string& out, const Mark& mark, double x, double y);

}  // namespace gcrisk::report
