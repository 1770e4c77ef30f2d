// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "marks.hpp"

#include <algorithm>
#include <cmath>

#include "gcrisk/base/text.hpp"
#include "gcrisk/report/page.hpp"
#include "svg.hpp"

namespace gcrisk::report {

namespace {

// Beyond this many points a chart shows a cloud: one path, no tooltips.
constexpr std::size_t kTooltipLimit = 400;

struct Pixel {
  double x;
  double y;
};

void append_style(std::string& out, const char* name, double value) {
  out += ' ';
  out += name;
  out += "=\"";
  append_pixel(out, value);
  out += '"';
}

void append_opacity(std::string& out, const char* name, double value) {
  out += ' ';
  out += name;
  out += "=\"";
  out += base::format_number(std::round(value * 100) / 100, 3);
  out += '"';
}

void move_to(std::string& path, Pixel p, bool begin) {
  path += begin ? 'M' : 'L';
  append_pixel(path, p.x);
  path += ' ';
  append_pixel(path, p.y);
}

// Curves of a hundred thousand points look the same with the first, lowest, highest and last
// point of every half pixel.
std::vector<Pixel> thin_curve(const std::vector<Pixel>& points) {
  if (points.size() < 2000) return points;
  std::vector<Pixel> kept;
  std::size_t begin = 0;
  const auto bucket = [&](std::size_t i) { return std::floor(points[i].x * 2); };
  while (begin < points.size()) {
    std::size_t end = begin + 1;
    while (end < points.size() && bucket(end) == bucket(begin)) ++end;
    std::size_t lowest = begin;
    std::size_t highest = begin;
    for (std::size_t i = begin; i < end; ++i) {
      if (points[i].y < points[lowest].y) lowest = i;
      if (points[i].y > points[highest].y) highest = i;
    }
    std::vector<std::size_t> chosen = {
        begin, std::min(lowest, highest), std::max(lowest, highest), end - 1};
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    for (const std::size_t i : chosen) kept.push_back(points[i]);
    begin = end;
  }
  return kept;
}

// Runs of finite points; `steps` puts a corner between neighbours.
std::vector<std::vector<Pixel>> runs_of(const std::vector<double>& x,
                                        const std::vector<double>& y,
                                        const Frame& frame,
                                        bool steps) {
  std::vector<std::vector<Pixel>> runs(1);
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    const Pixel p = {frame.px(x[i]), frame.py(y[i])};
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) {
      if (!runs.back().empty()) runs.emplace_back();
      continue;
    }
    if (steps && !runs.back().empty()) runs.back().push_back({p.x, runs.back().back().y});
    runs.back().push_back(p);
  }
  if (runs.back().empty()) runs.pop_back();
  for (auto& run : runs) run = thin_curve(run);
  return runs;
}

void draw_curve(std::string& out, const Mark& mark, const Frame& frame) {
  const auto runs = runs_of(mark.x, mark.y, frame, mark.kind == MarkKind::kStep);
  if (runs.empty()) return;
  out += "<path class=\"ln " + colour_class(mark.colour) + (mark.dashed ? " da" : "") + "\"";
  append_style(out, "stroke-width", mark.size > 0 ? mark.size : 2);
  if (mark.opacity > 0) append_opacity(out, "stroke-opacity", mark.opacity);
  out += " d=\"";
  for (const auto& run : runs) {
    for (std::size_t i = 0; i < run.size(); ++i) move_to(out, run[i], i == 0);
  }
  out += "\"/>\n";
}

void draw_band(std::string& out, const Mark& mark, const Frame& frame) {
  const bool steps = mark.kind == MarkKind::kStepBand;
  std::vector<double> x;
  std::vector<double> low;
  std::vector<double> high;
  for (std::size_t i = 0; i < mark.x.size(); ++i) {
    if (!std::isfinite(mark.low[i]) || !std::isfinite(mark.high[i])) continue;
    x.push_back(mark.x[i]);
    low.push_back(mark.low[i]);
    high.push_back(mark.high[i]);
  }
  const auto upper = runs_of(x, high, frame, steps);
  const auto lower = runs_of(x, low, frame, steps);
  if (upper.empty() || lower.empty()) return;
  out += "<path class=\"bd " + colour_class(mark.colour) + "\"";
  if (mark.opacity > 0) append_opacity(out, "fill-opacity", mark.opacity);
  out += " d=\"";
  for (std::size_t i = 0; i < upper.front().size(); ++i) move_to(out, upper.front()[i], i == 0);
  for (auto p = lower.front().rbegin(); p != lower.front().rend(); ++p) move_to(out, *p, false);
  out += "Z\"/>\n";
}

void append_title(std::string& out, const Mark& mark, std::size_t i) {
  if (i < mark.labels.size() && !mark.labels[i].empty()) {
    out += "<title>" + escape_html(mark.labels[i]) + "</title>";
  }
}

void draw_points(std::string& out, const Mark& mark, const Frame& frame) {
  const double radius = mark.size > 0 ? mark.size : 3.5;
  const bool cloud = mark.x.size() > kTooltipLimit;
  if (cloud) {
    out += "<path class=\"dt " + colour_class(mark.colour) + "\"";
    append_style(out, "stroke-width", 2 * radius);
    if (mark.opacity > 0) append_opacity(out, "stroke-opacity", mark.opacity);
    out += " d=\"";
  }
  for (std::size_t i = 0; i < std::min(mark.x.size(), mark.y.size()); ++i) {
    const Pixel p = {frame.px(mark.x[i]), frame.py(mark.y[i])};
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) continue;
    if (cloud) {
      move_to(out, p, true);
      out += "h0";
      continue;
    }
    out += "<circle class=\"pt " + colour_class(mark.colour) + "\"";
    append_style(out, "cx", p.x);
    append_style(out, "cy", p.y);
    append_style(out, "r", radius);
    if (mark.opacity > 0) append_opacity(out, "fill-opacity", mark.opacity);
    out += ">";
    append_title(out, mark, i);
    out += "</circle>\n";
  }
  if (cloud) out += "\"/>\n";
}

void draw_intervals(std::string& out, const Mark& mark, const Frame& frame) {
  const bool sideways = mark.kind == MarkKind::kIntervalsX;
  const auto& at = sideways ? mark.y : mark.x;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double from = sideways ? frame.px(mark.low[i]) : frame.py(mark.low[i]);
    const double to = sideways ? frame.px(mark.high[i]) : frame.py(mark.high[i]);
    const double place = sideways ? frame.py(at[i]) : frame.px(at[i]);
    if (!std::isfinite(from) || !std::isfinite(to) || !std::isfinite(place)) continue;
    // A wide one is a bar, which ends where it ends.
    out += "<path class=\"ln " + colour_class(mark.colour) + (mark.size > 4 ? " bt" : "") + "\"";
    append_style(out, "stroke-width", mark.size > 0 ? mark.size : 2);
    if (mark.opacity > 0) append_opacity(out, "stroke-opacity", mark.opacity);
    out += " d=\"";
    move_to(out, sideways ? Pixel{from, place} : Pixel{place, from}, true);
    move_to(out, sideways ? Pixel{to, place} : Pixel{place, to}, false);
    out += "\">";
    append_title(out, mark, i);
    out += "</path>\n";
  }
}

void draw_bars(std::string& out, const Mark& mark, const Frame& frame) {
  for (std::size_t i = 0; i < std::min(mark.x.size(), mark.y.size()); ++i) {
    const double left = frame.px(mark.x[i] - mark.width / 2);
    const double right = frame.px(mark.x[i] + mark.width / 2);
    const double zero = frame.py(0);
    const double end = frame.py(mark.y[i]);
    if (!std::isfinite(left) || !std::isfinite(right) || !std::isfinite(end)) continue;
    const double gap = right - left > 4 ? 0.5 : 0;
    out += "<rect class=\"br " + colour_class(mark.colour) + "\"";
    append_style(out, "x", left + gap);
    append_style(out, "y", std::min(zero, end));
    append_style(out, "width", std::max(0.3, right - left - 2 * gap));
    append_style(out, "height", std::abs(end - zero));
    if (mark.opacity > 0) append_opacity(out, "fill-opacity", mark.opacity);
    out += ">";
    append_title(out, mark, i);
    out += "</rect>\n";
  }
}

void draw_straight(std::string& out, const Mark& mark, Pixel from, Pixel to) {
  if (!std::isfinite(from.x + from.y + to.x + to.y)) return;
  out += "<path class=\"ln rf " + colour_class(mark.colour) + (mark.dashed ? " da" : "") + "\"";
  append_style(out, "stroke-width", mark.size > 0 ? mark.size : 1.3);
  out += " d=\"";
  move_to(out, from, true);
  move_to(out, to, false);
  out += "\"/>\n";
}

void draw_references(std::string& out, const Mark& mark, const Frame& frame) {
  const double right = frame.left + frame.width;
  const double bottom = frame.top + frame.height;
  if (mark.kind == MarkKind::kHorizontal) {
    for (const double y : mark.y) {
      draw_straight(out, mark, {frame.left, frame.py(y)}, {right, frame.py(y)});
    }
  } else if (mark.kind == MarkKind::kVertical) {
    for (const double x : mark.x) {
      draw_straight(out, mark, {frame.px(x), frame.top}, {frame.px(x), bottom});
    }
  } else {
    const auto at = [&](double x) {
      return Pixel{frame.px(x), frame.py(mark.low[0] + mark.high[0] * x)};
    };
    draw_straight(out, mark, at(frame.x.min), at(frame.x.max));
  }
}

void draw_text(std::string& out, const Mark& mark, const Frame& frame) {
  for (std::size_t i = 0; i < std::min(mark.x.size(), mark.labels.size()); ++i) {
    const Pixel p = {frame.px(mark.x[i]), frame.py(mark.y[i])};
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) continue;
    out +=
        "<text class=\"tx " + colour_class(mark.colour) + "\" text-anchor=\"" + mark.anchor + "\"";
    append_style(out, "x", p.x);
    append_style(out, "y", p.y);
    if (mark.size > 0) {
      out += " style=\"font-size:";
      append_pixel(out, mark.size);
      out += "px\"";
    }
    out += ">" + escape_html(mark.labels[i]) + "</text>\n";
  }
}

}  // namespace

void draw_mark(std::string& out, const Mark& mark, const Frame& frame) {
  switch (mark.kind) {
    case MarkKind::kLine:
    case MarkKind::kStep: draw_curve(out, mark, frame); return;
    case MarkKind::kPoints: draw_points(out, mark, frame); return;
    case MarkKind::kIntervals:
    case MarkKind::kIntervalsX: draw_intervals(out, mark, frame); return;
    case MarkKind::kBand:
    case MarkKind::kStepBand: draw_band(out, mark, frame); return;
    case MarkKind::kBars: draw_bars(out, mark, frame); return;
    case MarkKind::kSlope:
    case MarkKind::kHorizontal:
    case MarkKind::kVertical: draw_references(out, mark, frame); return;
    case MarkKind::kText: draw_text(out, mark, frame); return;
  }
}

void draw_key(std::string& out, const Mark& mark, double x, double y) {
  const std::string colour = colour_class(mark.colour);
  switch (mark.kind) {
    case MarkKind::kPoints:
      out += "<circle class=\"pt " + colour + "\"";
      append_style(out, "cx", x + 10);
      append_style(out, "cy", y);
      append_style(out, "r", 3.5);
      out += "/>";
      return;
    case MarkKind::kBars:
    case MarkKind::kBand:
    case MarkKind::kStepBand:
      out += std::string("<rect class=\"") + (mark.kind == MarkKind::kBars ? "br " : "bd ") +
             colour + "\"";
      append_style(out, "x", x + 3);
      append_style(out, "y", y - 5);
      out += " width=\"14\" height=\"10\"/>";
      return;
    default:
      out +=
          "<path class=\"ln " + colour + (mark.dashed ? " da" : "") + "\" stroke-width=\"2\" d=\"";
      move_to(out, {x, y}, true);
      move_to(out, {x + 18, y}, false);
      out += "\"/>";
  }
}

}  // namespace gcrisk::report
