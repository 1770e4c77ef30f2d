// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/report/chart.hpp"

#include <algorithm>
#include <cmath>

#include "gcrisk/report/page.hpp"
#include "marks.hpp"
#include "svg.hpp"

namespace gcrisk::report {

namespace {

constexpr double kFont = 12;  // of ticks and legend
constexpr double kPanelGap = 14;
constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

struct Extent {
  double low = kNotKnown;
  double high = kNotKnown;

  void add(double value) {
    if (!std::isfinite(value)) return;
    if (std::isnan(low) || value < low) low = value;
    if (std::isnan(high) || value > high) high = value;
  }
  void add(const std::vector<double>& values) {
    for (const double value : values) add(value);
  }
};

bool vertical_interval(MarkKind kind) {
  return kind == MarkKind::kIntervals || kind == MarkKind::kBand || kind == MarkKind::kStepBand;
}

Extent extent_x(const std::vector<Mark>& marks) {
  Extent extent;
  for (const Mark& mark : marks) {
    if (mark.kind == MarkKind::kText || mark.kind == MarkKind::kHorizontal) continue;
    if (mark.kind == MarkKind::kIntervalsX) {
      extent.add(mark.low);
      extent.add(mark.high);
      continue;
    }
    if (mark.kind == MarkKind::kSlope) continue;
    for (const double x : mark.x) {
      extent.add(x - mark.width / 2);
      extent.add(x + mark.width / 2);
    }
  }
  return extent;
}

Extent extent_y(const std::vector<Mark>& marks, std::size_t panel) {
  Extent extent;
  for (const Mark& mark : marks) {
    if (mark.panel != panel || mark.kind == MarkKind::kText || mark.kind == MarkKind::kVertical ||
        mark.kind == MarkKind::kSlope) {
      continue;
    }
    extent.add(mark.y);
    if (vertical_interval(mark.kind)) {
      extent.add(mark.low);
      extent.add(mark.high);
    }
    if (mark.kind == MarkKind::kBars) extent.add(0.0);
  }
  return extent;
}

void text(std::string& out,
          const char* kind,
          const char* anchor,
          double x,
          double y,
          const std::string& words,
          const std::string& more = {}) {
  out += "<text class=\"" + std::string(kind) + "\" text-anchor=\"" + anchor + "\" x=\"";
  append_pixel(out, x);
  out += "\" y=\"";
  append_pixel(out, y);
  out += "\"" + more + ">" + escape_html(words) + "</text>\n";
}

void segment(std::string& out, const char* kind, double x1, double y1, double x2, double y2) {
  out += "<path class=\"" + std::string(kind) + "\" d=\"M";
  append_pixel(out, x1);
  out += ' ';
  append_pixel(out, y1);
  out += 'L';
  append_pixel(out, x2);
  out += ' ';
  append_pixel(out, y2);
  out += "\"/>\n";
}

double widest(const std::vector<std::pair<double, std::string>>& labels) {
  double width = 0;
  for (const auto& label : labels) width = std::max(width, text_width(label.second, kFont));
  return width;
}

// Entries of the legend in rows; returns the height used.
double draw_legend(
    std::string& out, const std::vector<Mark>& marks, double left, double right, double top) {
  double x = left;
  double y = top;
  bool any = false;
  for (const Mark& mark : marks) {
    if (mark.name.empty()) continue;
    const double width = 24 + text_width(mark.name, kFont) + 16;
    if (any && x + width - 16 > right) {
      x = left;
      y += 18;
    }
    draw_key(out, mark, x, y);
    text(out, "tk", "start", x + 24, y + 4, mark.name);
    x += width;
    any = true;
  }
  return any ? y - top + 20 : 0;
}

void draw_axes(std::string& out, const Frame& frame, const Axis& y_axis, bool x_grid) {
  const double right = frame.left + frame.width;
  const double bottom = frame.top + frame.height;
  for (const auto& [value, label] : frame.y.ticks) {
    const double y = frame.py(value);
    if (y_axis.grid) segment(out, "gr", frame.left, y, right, y);
    text(out, "tk", "end", frame.left - y_axis.label_gap, y + 4, label);
  }
  for (const auto& [value, label] : y_axis.far_labels) {
    text(out, "tk", "start", right + 10, frame.py(value) + 4, label);
  }
  if (x_grid) {
    for (const auto& tick : frame.x.ticks) {
      const double x = frame.px(tick.first);
      segment(out, "gr", x, frame.top, x, bottom);
    }
  }
  if (y_axis.line) {
    segment(out, "ax", frame.left, frame.top, frame.left, bottom);
    segment(out, "ax", frame.left, bottom, right, bottom);
  }
}

void draw_x_axis(std::string& out, const Frame& frame, const Axis& axis) {
  const double bottom = frame.top + frame.height;
  double taken_to = -1e9;  // labels that would touch their left neighbour are left out
  for (const auto& [value, label] : frame.x.ticks) {
    const double x = frame.px(value);
    const double half = text_width(label, kFont) / 2;
    if (axis.line && axis.ticks.empty()) segment(out, "ax", x, bottom, x, bottom + 4);
    if (x - half < taken_to + 4) continue;
    text(out, "tk", "middle", x, bottom + 18, label);
    taken_to = x + half;
  }
  if (!axis.title.empty()) {
    text(out, "at", "middle", frame.left + frame.width / 2, bottom + 38, axis.title);
  }
}

void draw_marks_clipped(std::string& out,
                        const std::vector<Mark>& marks,
                        std::size_t panel,
                        const Frame& frame) {
  // A nested SVG cuts off what lies outside, without identifiers; a little room keeps points and
  // lines on the border whole.
  constexpr double kRoom = 5;
  std::string box = "x=\"";
  append_pixel(box, frame.left - kRoom);
  box += "\" y=\"";
  append_pixel(box, frame.top - kRoom);
  box += "\" width=\"";
  append_pixel(box, frame.width + 2 * kRoom);
  box += "\" height=\"";
  append_pixel(box, frame.height + 2 * kRoom);
  box += "\" viewBox=\"";
  for (const double value : {frame.left - kRoom, frame.top - kRoom, frame.width + 2 * kRoom}) {
    append_pixel(box, value);
    box += ' ';
  }
  append_pixel(box, frame.height + 2 * kRoom);
  out += "<svg " + box + "\" overflow=\"hidden\">\n";
  for (const Mark& mark : marks) {
    if (mark.panel == panel && mark.kind != MarkKind::kText) draw_mark(out, mark, frame);
  }
  out += "</svg>\n";
  for (const Mark& mark : marks) {
    if (mark.panel == panel && mark.kind == MarkKind::kText) draw_mark(out, mark, frame);
  }
}

}  // namespace

Chart::Chart(std::string title, std::string description)
    : title_(std::move(title)), description_(std::move(description)), panels_(1) {}

std::size_t Chart::add_panel(double height_px, Axis y_axis) {
  panels_.push_back({std::move(y_axis), height_px});
  return panels_.size() - 1;
}

Chart& Chart::add(Mark mark) {
  marks_.push_back(std::move(mark));
  return *this;
}

bool Chart::empty() const {
  return std::none_of(marks_.begin(), marks_.end(), [](const Mark& mark) {
    const auto& values = mark.kind == MarkKind::kIntervalsX ? mark.low : mark.x;
    return mark.kind != MarkKind::kText && mark.kind != MarkKind::kVertical &&
           std::any_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  });
}

std::string Chart::svg(bool standalone) const {
  const Extent xs = extent_x(marks_);
  const ScaledAxis x_axis = scale_axis(x, xs.low, xs.high);
  std::vector<Frame> frames(panels_.size());
  double left = 16;
  double right = 14;
  for (std::size_t p = 0; p < panels_.size(); ++p) {
    const Extent ys = extent_y(marks_, p);
    frames[p].x = x_axis;
    frames[p].y = scale_axis(panels_[p].y, ys.low, ys.high);
    const double title_room = panels_[p].y.title.empty() ? 4 : 24;
    left = std::max(left, widest(frames[p].y.ticks) + panels_[p].y.label_gap + 2 + title_room);
    const auto& far_labels = panels_[p].y.far_labels;
    if (!far_labels.empty()) right = std::max(right, widest(far_labels) + 18);
  }
  const double plot_width = std::max(40.0, width - left - right);

  std::string body;
  double top = 12;
  if (!title_.empty()) {
    text(body, "ti", "start", 4, 17, title_);
    top = 34;
  }
  top += draw_legend(body, marks_, title_.empty() ? left : 4, width - 4, top + 4);
  top += 8;

  const std::size_t axis_panel = std::min(axis_below, panels_.size() - 1);
  const double axis_room = x.title.empty() ? 26 : 46;
  double others = axis_room;
  for (std::size_t p = 1; p < panels_.size(); ++p) others += panels_[p].height + kPanelGap;
  const double main_height = square ? plot_width : std::max(40.0, height - top - others - 4);

  double y = top;
  for (std::size_t p = 0; p < panels_.size(); ++p) {
    Frame& frame = frames[p];
    frame.left = left;
    frame.width = plot_width;
    frame.top = y;
    frame.height = p == 0 ? main_height : panels_[p].height;
    draw_axes(body, frame, panels_[p].y, x.grid && panels_[p].y.line);
    draw_marks_clipped(body, marks_, p, frame);
    if (!panels_[p].y.title.empty()) {
      std::string turn = " transform=\"rotate(-90 14 ";
      append_pixel(turn, frame.top + frame.height / 2);
      turn += ")\"";
      text(body, "at", "middle", 14, frame.top + frame.height / 2, panels_[p].y.title, turn);
    }
    if (p == axis_panel) draw_x_axis(body, frame, x);
    y += frame.height + (p == axis_panel ? axis_room : 0) + kPanelGap;
  }
  const double total_height = y - kPanelGap + 4;

  std::string out = "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"";
  out += " aria-label=\"" + escape_html(title_ + ". " + description_) + "\" viewBox=\"0 0 ";
  append_pixel(out, width);
  out += ' ';
  append_pixel(out, total_height);
  out += "\"";
  if (standalone) {
    out += " width=\"" + std::to_string(width) + "\" height=\"";
    append_pixel(out, total_height);
    out += "\"><style>";
    out += chart_style();
    out += "</style>\n<rect class=\"bg\" width=\"100%\" height=\"100%\"/>\n";
  } else {
    out += ">\n";
  }
  return out + body + "</svg>\n";
}

}  // namespace gcrisk::report
