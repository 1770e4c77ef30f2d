// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "ticks.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "gcrisk/base/text.hpp"

namespace gcrisk::report {

namespace {

double nice_step(double low, double high, int n) {
  const double raw = (high - low) / n;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (raw <= factor * power * (1 + 1e-9)) return factor * power;
  }
  return 10 * power;
}

std::string tick_text(double value, double step, TickStyle style) {
  const bool percent = style == TickStyle::kPercent;
  if (percent) {
    value *= 100;
    step *= 100;
  }
  std::string text;
  const double size = std::max(std::abs(value), std::abs(step));
  if (size >= 1e6 || (step < 1e-4 && step > 0)) {
    text = base::format_number(std::abs(value) < step / 2 ? 0 : value, 4);
  } else {
    int decimals = 0;
    double rest = step;
    while (decimals < 6 && std::abs(rest - std::round(rest)) > 1e-6 * std::max(1.0, rest)) {
      rest *= 10;
      ++decimals;
    }
    char buffer[64];
    const double shown = std::abs(value) < step / 2 ? 0 : value;
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, shown, std::chars_format::fixed, decimals);
    text.assign(buffer, end.ptr);
  }
  if (!text.empty() && text.front() == '-') text.replace(0, 1, "\u2212");
  return percent ? text + " %" : text;
}

ScaledAxis scale_log(const Axis& axis, double low, double high) {
  ScaledAxis out;
  out.log = true;
  out.min = std::isnan(axis.min) ? low : axis.min;
  out.max = std::isnan(axis.max) ? high : axis.max;
  if (!(out.min > 0)) out.min = 0.1;
  if (!(out.max > out.min)) out.max = out.min * 10;
  const int first = static_cast<int>(std::floor(std::log10(out.min) + 1e-9));
  const int last = static_cast<int>(std::ceil(std::log10(out.max) - 1e-9));
  const std::vector<double> factors =
      last - first <= 3 ? std::vector<double>{1, 2, 5} : std::vector<double>{1};
  for (int power = first; power <= last; ++power) {
    for (const double factor : factors) {
      const double value = factor * std::pow(10.0, power);
      if (value < out.min * (1 - 1e-9) || value > out.max * (1 + 1e-9)) continue;
      out.ticks.emplace_back(value, base::format_number(value, 3));
    }
  }
  return out;
}

}  // namespace

std::vector<double> nice_ticks(double low, double high, int n) {
  if (!std::isfinite(low) || !std::isfinite(high)) return {0, 1};
  if (high < low) std::swap(low, high);
  if (high - low <= 1e-12 * std::max(std::abs(low), std::abs(high)) || high == low) {
    const double half = low == 0 ? 0.5 : std::abs(low) * 0.1;
    low -= half;
    high += half;
  }
  const double step = nice_step(low, high, std::max(1, n));
  const double first = std::floor(low / step + 1e-9);
  const double last = std::ceil(high / step - 1e-9);
  std::vector<double> ticks;
  for (double i = first; i <= last + 0.5; ++i) ticks.push_back(i * step);
  return ticks;
}

double ScaledAxis::share(double value) const {
  if (log) {
    if (!(value > 0)) return std::numeric_limits<double>::quiet_NaN();
    return (std::log(value) - std::log(min)) / (std::log(max) - std::log(min));
  }
  return (value - min) / (max - min);
}

ScaledAxis scale_axis(const Axis& axis, double low, double high) {
  if (!std::isfinite(low) || !std::isfinite(high)) low = high = 0;
  ScaledAxis out;
  if (axis.scale == Scale::kLog10) {
    out = scale_log(axis, low, high);
  } else {
    const double from =
        std::isnan(axis.min) ? std::min(low, std::isnan(axis.max) ? low : axis.max) : axis.min;
    const double to = std::isnan(axis.max) ? std::max(high, from) : axis.max;
    const auto ticks = nice_ticks(from, to);
    out.min = std::isnan(axis.min) ? ticks.front() : axis.min;
    out.max = std::isnan(axis.max) ? ticks.back() : axis.max;
    if (!(out.max > out.min)) out.max = out.min + 1;
    const double step = ticks[1] - ticks[0];
    for (const double tick : ticks) {
      if (tick < out.min - step * 1e-6 || tick > out.max + step * 1e-6) continue;
      out.ticks.emplace_back(tick, tick_text(tick, step, axis.style));
    }
  }
  if (!axis.ticks.empty()) out.ticks = axis.ticks;
  return out;
}

}  // namespace gcrisk::report
